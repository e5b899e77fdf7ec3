// The map itself: Leaflet on a canvas, nothing but our own shapes, no tiles.
import * as L from "leaflet";
import "leaflet/dist/leaflet.css";
import type { Cell, DivisionShape } from "./places";
import { w } from "./words/words.svelte";

export type Mark = { hours: number; count: number };
export type Drawing = { divisions: DivisionShape[]; cells: Cell[]; marks: Map<string, Mark>; chosen: string | null };

const MOST_LABELS = 28; // more names than this at once are a grey mist
const TELLABLE_PX = 36;
const STALE_HOURS = 24 * 7;

export class DrawnMap {
  #map: L.Map;
  #cells = L.geoJSON();
  #edges = L.geoJSON();
  #names = L.layerGroup();
  #byId = new Map<string, L.Polygon>();
  #drawing: Drawing = { divisions: [], cells: [], marks: new Map(), chosen: null };
  #restyle = () => this.#style();

  constructor(
    element: HTMLElement,
    private readonly choose: (id: string) => void,
  ) {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const moves = { zoomAnimation: !calm, fadeAnimation: false, inertia: !calm };
    this.#map = L.map(element, { preferCanvas: true, attributionControl: false, zoomControl: false, zoomSnap: 0.25, minZoom: 9, maxZoom: 18, ...moves });
    L.control.zoom({ position: "topright", zoomInTitle: w().map.zoomIn, zoomOutTitle: w().map.zoomOut }).addTo(this.#map);
    this.#map.setView([0, 0], 9);
    this.#names.addTo(this.#map);
    this.#map.on("moveend", () => this.#name());
    addEventListener("porchlight:theme", this.#restyle);
  }

  draw(drawing: Drawing): void {
    const before = this.#drawing;
    this.#drawing = drawing;
    if (before.cells !== drawing.cells || before.divisions !== drawing.divisions) this.#redraw();
    else this.#style();
  }

  /** Shows one block, some blocks, or everything there is. */
  fit(ids?: string[]): void {
    const layers = ids?.flatMap((id) => this.#byId.get(id) ?? []);
    const bounds = layers?.length ? L.featureGroup(layers).getBounds() : this.#cells.getBounds();
    const all = bounds.isValid() ? bounds : this.#edges.getBounds();
    if (all.isValid()) this.#map.fitBounds(all, { padding: [10, 10], maxZoom: 16, animate: false });
  }

  /** Brings a block near enough to be told from its neighbours, when it is outside the view or tiny. */
  reveal(id: string): void {
    const bounds = this.#byId.get(id)?.getBounds();
    if (!bounds) return;
    const size = this.#map.latLngToContainerPoint(bounds.getSouthEast()).subtract(this.#map.latLngToContainerPoint(bounds.getNorthWest()));
    const tiny = Math.max(size.x, size.y) < TELLABLE_PX;
    if (tiny) this.#map.fitBounds(bounds.pad(2), { maxZoom: 17 });
    else if (!this.#map.getBounds().pad(-0.1).contains(bounds.getCenter())) this.#map.panTo(bounds.getCenter());
  }

  resize = () => this.#map.invalidateSize({ animate: false });

  away(): void {
    removeEventListener("porchlight:theme", this.#restyle);
    this.#map.remove();
  }

  #redraw(): void {
    this.#cells.remove();
    this.#edges.remove();
    this.#byId.clear();
    const { cells, divisions } = this.#drawing;
    this.#cells = L.geoJSON(cells, {
      onEachFeature: (feature: Cell, layer) => {
        this.#byId.set(feature.properties.id, layer as L.Polygon);
        layer.on("click", () => this.choose(feature.properties.id));
        layer.bindTooltip(() => this.#says(feature), { sticky: true, className: "blockname" });
      },
    }).addTo(this.#map);
    this.#edges = L.geoJSON(divisions, { interactive: false }).addTo(this.#map);
    this.#style();
    this.#name();
  }

  #style(): void {
    const { marks, chosen } = this.#drawing;
    const [land, line, warm, edge, ink] = ["--map-land", "--map-line", "--map-warm", "--map-edge", "--ink"].map(token);
    this.#cells.setStyle((feature) => {
      const { id } = feature!.properties;
      const mark = marks.get(id);
      if (id === chosen) return { color: ink, weight: 3.5, fillColor: warm, fillOpacity: mark ? 0.75 : 0.45 };
      if (!mark) return { color: line, weight: 1, fillColor: land, fillOpacity: 1 };
      return { color: warm, weight: 1.5, fillColor: warm, fillOpacity: 0.15 + 0.6 * (1 - Math.min(1, Math.log1p(mark.hours) / Math.log1p(STALE_HOURS))) };
    });
    this.#edges.setStyle({ color: edge, weight: 2, fill: false });
    if (chosen) this.#byId.get(chosen)?.bringToFront();
  }

  /** Names: of divisions from afar, of blocks when few enough are in view. */
  #name(): void {
    this.#names.clearLayers();
    const view = this.#map.getBounds();
    const near = [...this.#byId.values()].filter((layer) => view.contains(layer.getBounds().getCenter()));
    const close = near.length <= MOST_LABELS;
    if (close) for (const layer of near) this.#put((layer.feature as unknown as Cell).properties.label, layer, "block");
    else if (this.#drawing.divisions.length > 1)
      this.#edges.eachLayer((layer) => {
        const shape = layer as L.Polygon;
        this.#put((shape.feature as unknown as DivisionShape).properties.name, shape, "division");
      });
  }

  #put(text: string, layer: L.Polygon, kind: string): void {
    const name = document.createElement("span");
    name.textContent = text;
    const icon = L.divIcon({ className: `mapname ${kind}`, html: name, iconSize: [0, 0] });
    this.#names.addLayer(L.marker(layer.getBounds().getCenter(), { icon, interactive: false, keyboard: false }));
  }

  #says({ properties: { id, label, homes } }: Cell): HTMLElement {
    const mark = this.#drawing.marks.get(id);
    const says = document.createElement("span");
    says.textContent = [label, w().block.homes(homes), mark && w().map.posts(mark.count)].filter(Boolean).join(" · ");
    return says;
  }
}

const token = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
