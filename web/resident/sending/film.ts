// A clip or photo as this browser plays it, for what is worked out from its pictures here. Nothing of it leaves the page.
const PATIENCE_MS = 30_000; // what this browser cannot play has no pictures

/** Calls `take` with the clip at each of `count` moments spread over all of it, or over the seconds of `span`. */
export async function pictures(address: string, count: number, take: (video: HTMLVideoElement) => void, span?: { start: number; end: number } | null): Promise<void> {
  const video = document.createElement("video");
  Object.assign(video, { muted: true, preload: "auto", playsInline: true, src: address });
  try {
    await once(video, "loadeddata");
    if (!Number.isFinite(video.duration)) throw new Error("endless");
    const [start, end] = span ? [span.start, Math.min(span.end, video.duration)] : [0, video.duration];
    for (let picture = 0; picture < count; picture++) {
      video.currentTime = start + ((end - start) * (picture + 0.5)) / count;
      await once(video, "seeked");
      take(video);
    }
  } finally {
    video.removeAttribute("src");
    video.load();
  }
}

/** The photo at this address. */
export async function photo(address: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = address;
  await image.decode();
  return image;
}

function once(video: HTMLVideoElement, event: string): Promise<void> {
  return new Promise((done, fail) => {
    const timer = setTimeout(() => fail(new Error(event)), PATIENCE_MS);
    video.addEventListener("error", () => fail(new Error("unplayable")), { once: true });
    video.addEventListener(event, () => (clearTimeout(timer), done()), { once: true });
  });
}
