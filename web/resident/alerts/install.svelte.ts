// The browser's offer to install this site as an app, kept until somebody takes it.

type Offer = Event & { prompt: () => Promise<void> };
export const offer = $state<{ event: Offer | null }>({ event: null });

export function listen(): void {
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    offer.event = event as Offer;
  });
  addEventListener("appinstalled", () => (offer.event = null));
}

export async function install(): Promise<void> {
  await offer.event?.prompt();
  offer.event = null;
}
