// Shows alerts, takes back what was taken back, and says plainly that there is no line.
// It keeps the page that says so and its lamp, and nothing else: no answer of the program is ever put into a cache.
import { told, type Push } from "./words";

declare const self: ServiceWorkerGlobalScope;

const SHELL = "shell-1";
const OFFLINE = "/offline.html";

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL).then((shell) => shell.addAll([OFFLINE, "/lamp.svg"])));
  void self.skipWaiting();
});

self.addEventListener("activate", (event) => {
  const old = async () => {
    for (const name of await caches.keys()) if (name !== SHELL) await caches.delete(name);
    await self.clients.claim();
  };
  event.waitUntil(old());
});

self.addEventListener("fetch", (event) => {
  const { mode, url } = event.request;
  if (mode === "navigate") event.respondWith(fetch(event.request).catch(() => kept(OFFLINE)));
  else if (new URL(url).pathname === "/lamp.svg") event.respondWith(fetch(event.request).catch(() => kept("/lamp.svg")));
});

self.addEventListener("push", (event) => event.waitUntil(show(event.data)));

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(String(event.notification.data ?? "/")));
});

// The browser gave this device another address: its old one tells nobody any more.
self.addEventListener("pushsubscriptionchange", (event) => {
  const { oldSubscription } = event as Event & { oldSubscription?: PushSubscription };
  if (oldSubscription) (event as ExtendableEvent).waitUntil(subscribeAnew(oldSubscription.options));
});

/** A notification's name is its post: a correction, or that it was taken back, replaces what was shown. */
async function show(data: PushMessageData | null): Promise<void> {
  let push: Push;
  try {
    push = data?.json() as Push;
  } catch {
    return;
  }
  const { title, body } = told(push);
  await self.registration.showNotification(title, {
    body,
    tag: push.post ?? push.kind,
    lang: push.language,
    icon: "/icon-192.png",
    silent: push.kind === "gone",
    data: push.post && push.kind !== "gone" ? `/posts/${push.post}` : push.kind === "test" ? "/me/alerts" : "/",
  });
}

async function open(path: string): Promise<void> {
  const [here] = await self.clients.matchAll({ type: "window" });
  if (!here) return void (await self.clients.openWindow(path));
  await here.focus();
  await here.navigate(path);
}

async function subscribeAnew(options: PushSubscriptionOptions): Promise<void> {
  const { applicationServerKey } = options;
  const subscription = await self.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey });
  const { endpoint, keys } = subscription.toJSON();
  const body = JSON.stringify({ endpoint, p256dh: keys?.p256dh, auth: keys?.auth });
  await fetch("/v1/alerts/devices", { method: "PUT", body, headers: { "Content-Type": "application/json" } });
}

async function kept(path: string): Promise<Response> {
  return (await caches.match(path, { cacheName: SHELL })) ?? Response.error();
}
