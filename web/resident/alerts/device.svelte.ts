// Alerts on this device: whether its browser can, may and does receive them.
import * as api from "../../shared/api";
import { keep, kept } from "../../shared/kept";

export type State = "asking" | "unsupported" | "denied" | "off" | "on";
export const device = $state<{ state: State }>({ state: "asking" });

const KEPT = "device"; // by what the program calls this browser, to take it away again
const able = () => "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

export function register(): void {
  if ("serviceWorker" in navigator) void navigator.serviceWorker.register("/sw.js").catch(() => {});
}

/** How it is; a browser that was added and is not known any more, or under another key, is added anew. */
export async function look(pushKey: string | null, devices: string[]): Promise<void> {
  if (!able() || !pushKey) return void (device.state = "unsupported");
  if (Notification.permission === "denied") return void (device.state = "denied");
  const subscription = await (await navigator.serviceWorker.ready).pushManager.getSubscription();
  if (!subscription || !kept<string | null>(KEPT, null)) return void (device.state = "off");
  if (devices.includes(kept(KEPT, "")) && sameKey(subscription, pushKey)) return void (device.state = "on");
  await turnOn(pushKey);
}

/** Asks the browser, which asks its user; throws what the program refuses. */
export async function turnOn(pushKey: string): Promise<void> {
  if ((await Notification.requestPermission()) !== "granted") {
    device.state = Notification.permission === "denied" ? "denied" : "off";
    return;
  }
  const { pushManager } = await navigator.serviceWorker.ready;
  const before = await pushManager.getSubscription();
  if (before && !sameKey(before, pushKey)) await before.unsubscribe();
  const subscription = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: pushKey });
  const { endpoint, keys } = subscription.toJSON();
  const { id } = await api.put<{ id: string }>("/v1/alerts/devices", { endpoint, p256dh: keys?.p256dh, auth: keys?.auth });
  keep(KEPT, id);
  device.state = "on";
}

/** Here and with the program; also when somebody logs out, so that the next person at this device is told nothing. */
export async function turnOff(): Promise<void> {
  const id = kept<string | null>(KEPT, null);
  if (!id) return;
  await api.del(`/v1/alerts/devices/${id}`);
  keep(KEPT, null);
  device.state = "off";
  const worker = await navigator.serviceWorker?.getRegistration();
  await (await worker?.pushManager.getSubscription())?.unsubscribe();
}

/** After a log-in: the one before took this device along. */
export async function addAnew(): Promise<void> {
  if (!able() || !kept<string | null>(KEPT, null) || Notification.permission !== "granted") return;
  const { push_key, devices } = await api.get<{ push_key: string | null; devices: string[] }>("/v1/alerts");
  await look(push_key, devices);
}

function sameKey({ options }: PushSubscription, pushKey: string): boolean {
  const key = new Uint8Array(options.applicationServerKey ?? new ArrayBuffer());
  return btoa(String.fromCharCode(...key)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "") === pushKey;
}
