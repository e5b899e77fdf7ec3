// Signs on a map: each stands in its block and nowhere finer, several of a block side by side where they have room in it.
import * as L from "leaflet";

/** What stands in a block, by the name that is said of it; `id` tells it from others there. */
export type Sign = { id: string; block: string; label: string };

const SIDE_BY_SIDE = 3; // more, or wider than the block, are one sign with a number, which goes from one to the next
const TARGET_PX = 44;
const ABOVE_PX = 20; // from a block's middle, where its name is
type Bounds = (block: string) => L.LatLngBounds | undefined;

export class Signs {
  #layer = L.layerGroup();
  #signs: Sign[] = [];
  #places: { button: HTMLButtonElement; of: Sign[] }[] = [];
  #chosen: string | null = null;
  #boundsOf: Bounds = () => undefined;

  constructor(
    private readonly map: L.Map,
    private readonly pick: (id: string) => void,
    private readonly all: (labels: string[]) => string,
  ) {
    this.#layer.addTo(map);
    map.on("zoomend", () => (this.#place(), this.#press()));
  }

  /** Draws them where their blocks are; only what is chosen changes while they are the same, so that focus stays. */
  draw(signs: Sign[], chosen: string | null, boundsOf: Bounds): void {
    const same = signs === this.#signs;
    [this.#signs, this.#chosen, this.#boundsOf] = [signs, chosen, boundsOf];
    if (!same) this.#place();
    this.#press();
  }

  #press(): void {
    for (const { button, of } of this.#places) {
      const shown = of.find(({ id }) => id === this.#chosen);
      button.setAttribute("aria-pressed", String(!!shown));
      button.ariaLabel = button.title = of.length === 1 ? of[0]!.label : [this.all(of.map(({ label }) => label)), shown?.label].filter(Boolean).join(" · ");
    }
  }

  #place(): void {
    this.#places = [];
    this.#layer.clearLayers();
    for (const block of new Set(this.#signs.map(({ block }) => block))) {
      const [bounds, here] = [this.#boundsOf(block), this.#signs.filter((sign) => sign.block === block)];
      if (!bounds) continue; // of an older map: its row is there
      const room = this.map.latLngToContainerPoint(bounds.getSouthEast()).x - this.map.latLngToContainerPoint(bounds.getNorthWest()).x;
      const together = here.length > SIDE_BY_SIDE || here.length * TARGET_PX > room;
      const row = document.createElement("div");
      for (const of of together ? [here] : here.map((one) => [one])) row.append(this.#button(of));
      const wide = row.children.length * TARGET_PX;
      const icon = L.divIcon({ className: "mapsigns", html: row, iconSize: [wide, TARGET_PX], iconAnchor: [wide / 2, TARGET_PX / 2 + ABOVE_PX] });
      this.#layer.addLayer(L.marker(bounds.getCenter(), { icon, interactive: false, keyboard: false, zIndexOffset: 1000 }));
    }
  }

  #button(of: Sign[]): HTMLButtonElement {
    const button = document.createElement("button");
    button.type = "button";
    const sign = document.createElement("span");
    if (of.length > 1) sign.dataset.count = String(of.length);
    button.append(sign);
    L.DomEvent.disableClickPropagation(button); // a press on a sign chooses no block
    button.addEventListener("click", () => this.pick(of[(of.findIndex(({ id }) => id === this.#chosen) + 1) % of.length]!.id));
    this.#places.push({ button, of });
    return button;
  }
}
