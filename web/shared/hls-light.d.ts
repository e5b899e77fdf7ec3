// The smaller build has the types of the whole one, and does not say so itself.
declare module "hls.js/light" {
  export * from "hls.js";
  export { default } from "hls.js";
}
