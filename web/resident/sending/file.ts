// What may be sent: a video, or a photo of the kinds the airlock can make anew.

const PHOTOS = ["image/jpeg", "image/png", "image/webp", "image/heic", "image/heif", "image/avif"];
const NAMED = /\.(heic|heif|avif)$/i; // many systems have no type for these

export const PHOTO_TYPES = [...PHOTOS, ".heic", ".heif", ".avif"].join(",");
export const FILE_TYPES = `video/*,${PHOTO_TYPES}`;

/** What a file says it is; null for what cannot be posted. The airlock looks at its bytes. */
export function kindOf({ type, name }: File): "video" | "photo" | null {
  if (type.startsWith("video/")) return "video";
  return PHOTOS.includes(type) || (!type && NAMED.test(name)) ? "photo" : null;
}
