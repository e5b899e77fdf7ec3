// The map itself: Leaflet on a canvas, nothing but our own shapes, no tiles.
import * as L from "leaflet";
import "leaflet/dist/leaflet.css";
import type { Position } from "geojson";
import { around, cellsOf, type Larger } from "./larger";
import type { Cell, DivisionShape } from "./places";
import { Signs, type Sign } from "./signs";
import { w } from "./words/words.svelte";

/** How strongly a block is tinted, by hours; `says` is told of it instead of how many posts there are. */
export type Mark = { hours: number; count: number; says?: string };
/** How a pointer draws an area. */
export type Pen = "rectangle" | "outline";
export type Drawing = { divisions: DivisionShape[]; cells: Cell[]; larger: Larger[]; marks: Map<string, Mark>; chosen: string | null; area: ReadonlySet<string>; signs: Sign[]; sign: string | null };

const MOST_LABELS = 28; // more names than this at once are a grey mist
const TELLABLE_PX = 36;
const LABEL_PX = L.point(50, 15); // half of a name of two lines
const STALE_HOURS = 24 * 7;
const LAST_FRAME_MS = 500;

export class DrawnMap {
  #map: L.Map;
  #cells = L.geoJSON();
  #edges = L.geoJSON();
  #names = L.layerGroup();
  #ring = L.circleMarker([0, 0], { radius: 15, weight: 3, fill: false, interactive: false });
  #byId = new Map<string, L.Polygon>();
  #drawing: Drawing = { divisions: [], cells: [], larger: [], marks: new Map(), chosen: null, area: new Set(), signs: [], sign: null };
  #signs: Signs;
  #fitted?: string[];
  #styled = new Map<string, string>(); // how each block that stands out was drawn last
  #restyle = () => this.#styleAll();
  #moved = () => {
    this.#name();
    this.#encircle(this.#boundsOf(this.#drawing.chosen));
  };

  constructor(
    element: HTMLElement,
    private readonly choose: (id: string) => void,
    pick: (sign: string) => void,
  ) {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const moves = { zoomAnimation: !calm, fadeAnimation: false, inertia: !calm };
    this.#map = L.map(element, { preferCanvas: true, attributionControl: false, zoomControl: false, zoomSnap: 0.25, minZoom: 9, maxZoom: 18, ...moves });
    L.control.zoom({ position: "topright", zoomInTitle: w().map.zoomIn, zoomOutTitle: w().map.zoomOut }).addTo(this.#map);
    this.#map.setView([0, 0], 9);
    this.#names.addTo(this.#map);
    this.#signs = new Signs(this.#map, pick, (labels) => w().map.signs(labels.length));
    this.#map.on("moveend", this.#moved);
    addEventListener("porchlight:theme", this.#restyle);
  }

  draw(drawing: Drawing): void {
    const before = this.#drawing;
    this.#drawing = drawing;
    if (before.cells !== drawing.cells || before.divisions !== drawing.divisions) this.#redraw();
    else this.#style();
    this.#signs.draw(drawing.signs, drawing.sign, (block) => this.#boundsOf(block));
  }

  /** Shows one block, some blocks, or everything there is. */
  fit(ids?: string[]): void {
    this.#fitted = ids;
    const layers = ids?.flatMap((id) => this.#layersOf(id));
    const bounds = layers?.length ? L.featureGroup(layers).getBounds() : this.#cells.getBounds();
    const all = bounds.isValid() ? bounds : this.#edges.getBounds();
    if (all.isValid()) this.#map.fitBounds(all, { padding: [10, 10], maxZoom: 16, animate: false });
  }

  /** Brings a block into view; `near` also comes close enough to tell it from its neighbours. */
  reveal(id: string, near: boolean): void {
    const bounds = this.#boundsOf(id);
    if (!bounds) return;
    if (near && this.#tiny(bounds)) this.#map.fitBounds(bounds.pad(2), { maxZoom: 17 });
    else if (!this.#map.getBounds().pad(-0.1).contains(bounds.getCenter())) this.#map.panTo(bounds.getCenter());
  }

  /** Where a point of the element is, as GeoJSON says it. */
  at(x: number, y: number): Position {
    const { lng, lat } = this.#map.containerPointToLatLng([x, y]);
    return [lng, lat];
  }

  /** Follows its element; a map that was not shown when it was drawn fits itself now. */
  resize = (): void => {
    const unseen = !this.#map.getSize().x || !this.#map.getSize().y;
    this.#map.invalidateSize({ animate: false });
    if (unseen) this.fit(this.#fitted);
  };

  /**
   * Lets go of the page at once and of the map a moment later. Leaflet cannot take back a frame it asked for nor the end
   * of a zoom, 250 ms away: on a map that is gone by then both fail. Nor does it take back the end of a move that it
   * tells 200 ms after the window got another size: nobody listens for it any more.
   */
  away(): void {
    this.#map.off("moveend", this.#moved);
    removeEventListener("porchlight:theme", this.#restyle);
    setTimeout(() => this.#map.remove(), LAST_FRAME_MS);
  }

  #redraw(): void {
    this.#cells.remove();
    this.#edges.remove();
    this.#byId.clear();
    const { cells, divisions } = this.#drawing;
    const id = (layer: L.Layer) => ((layer as L.Polygon).feature as unknown as Cell).properties.id;
    this.#cells = L.geoJSON(cells, { onEachFeature: (cell: Cell, layer) => this.#byId.set(cell.properties.id, layer as L.Polygon) })
      .on("click", (event) => this.choose(id(event.propagatedFrom as L.Layer)))
      .bindTooltip((layer) => this.#says((layer as L.Polygon).feature as unknown as Cell), { sticky: true, className: "blockname" })
      .addTo(this.#map);
    this.#edges = L.geoJSON(divisions, { interactive: false }).addTo(this.#map);
    this.#styleAll();
    this.#name();
  }

  #styleAll(): void {
    this.#styled.clear();
    this.#cells.setStyle(plain());
    this.#edges.setStyle({ color: token("--map-edge"), weight: 2, fill: false });
    this.#style();
  }

  /** Only what changed: a city has thousands of blocks, and an analyst steps through posts quickly. */
  #style(): void {
    const { marks, chosen, area, larger } = this.#drawing;
    const [warm, blue] = [token("--map-warm"), token("--blue")];
    const wanted = new Map<string, L.PathOptions>();
    // A larger block is its blocks: tinted with a broken line where they have no posts of their own.
    for (const { id, cells } of larger.filter(({ id }) => marks.has(id)))
      for (const cell of cells) wanted.set(cell, { color: warm, weight: 1.5, dashArray: "4 4", fillColor: warm, fillOpacity: tint(marks.get(id)!.hours) });
    for (const [id, { hours }] of marks) if (this.#byId.has(id)) wanted.set(id, { color: warm, weight: 1.5, dashArray: "", fillColor: warm, fillOpacity: tint(hours) });
    for (const id of area) wanted.set(id, { ...(wanted.get(id) ?? { fillColor: blue, fillOpacity: 0.25 }), color: blue, weight: 2.5 });
    for (const id of chosen ? cellsOf(chosen, larger) : [])
      wanted.set(id, { color: token("--ink"), weight: 3.5, dashArray: "", fillColor: warm, fillOpacity: marks.has(chosen!) ? 0.75 : 0.45 });

    for (const id of this.#styled.keys()) if (!wanted.has(id)) this.#plain(id);
    for (const [id, style] of wanted) this.#stand(id, style);
    this.#encircle(this.#boundsOf(chosen));
  }

  #layersOf(id: string): L.Polygon[] {
    return cellsOf(id, this.#drawing.larger).flatMap((cell) => this.#byId.get(cell) ?? []);
  }

  #boundsOf(id: string | null): L.LatLngBounds | undefined {
    const layers = id === null ? [] : this.#layersOf(id);
    return layers.length ? L.featureGroup(layers).getBounds() : undefined;
  }

  #plain(id: string): void {
    this.#styled.delete(id);
    this.#byId.get(id)?.setStyle(plain());
  }

  /** Lets one block stand out, unless it does already in just this way. */
  #stand(id: string, style: L.PathOptions): void {
    const key = JSON.stringify(style);
    if (this.#styled.get(id) === key) return;
    this.#styled.set(id, key);
    this.#byId.get(id)?.setStyle(style).bringToFront();
  }

  /** A block too small to see gets a ring of a size that can be seen. */
  #encircle(bounds?: L.LatLngBounds): void {
    this.#ring.remove();
    if (bounds && this.#tiny(bounds)) this.#ring.setLatLng(bounds.getCenter()).setStyle({ color: token("--ink") }).addTo(this.#map);
  }

  #tiny(bounds: L.LatLngBounds): boolean {
    return Math.max(...this.#pixels(bounds)) < TELLABLE_PX;
  }

  #pixels(bounds: L.LatLngBounds): [number, number] {
    const { x, y } = this.#map.latLngToContainerPoint(bounds.getSouthEast()).subtract(this.#map.latLngToContainerPoint(bounds.getNorthWest()));
    return [x, y];
  }

  /** Names: of divisions from afar, of blocks when few enough are in view. */
  #name(): void {
    this.#names.clearLayers();
    const view = this.#map.getBounds();
    const near = [...this.#byId.values()].filter((layer) => view.contains(layer.getBounds().getCenter()));
    if (near.length <= MOST_LABELS) this.#nameBlocks(near);
    else if (this.#drawing.divisions.length > 1)
      this.#edges.eachLayer((layer) => {
        const shape = layer as L.Polygon;
        this.#put((shape.feature as unknown as DivisionShape).properties.name, shape, "division");
      });
  }

  /** One after the other, leaving out a name that would lie on another. */
  #nameBlocks(layers: L.Polygon[]): void {
    const taken: L.Bounds[] = [];
    for (const layer of layers) {
      const middle = this.#map.latLngToContainerPoint(layer.getBounds().getCenter());
      const box = L.bounds(middle.subtract(LABEL_PX), middle.add(LABEL_PX));
      if (taken.some((other) => other.intersects(box))) continue;
      taken.push(box);
      this.#put((layer.feature as unknown as Cell).properties.label, layer, "block");
    }
  }

  #put(text: string, layer: L.Polygon, kind: string): void {
    const name = document.createElement("span");
    name.textContent = text;
    const icon = L.divIcon({ className: `mapname ${kind}`, html: name, iconSize: [0, 0] });
    this.#names.addLayer(L.marker(layer.getBounds().getCenter(), { icon, interactive: false, keyboard: false }));
  }

  #says({ properties: { id, label, homes } }: Cell): HTMLElement {
    const { marks, larger } = this.#drawing;
    const [mark, holds] = [marks.get(id), around(id, larger)];
    const wider = holds && marks.get(holds.id);
    const says = document.createElement("span");
    const told = mark && (mark.says ?? w().map.posts(mark.count));
    says.textContent = [label, w().block.homes(homes), told, wider && w().map.wider(wider.count)].filter(Boolean).join(" · ");
    return says;
  }
}

/** How strongly a block is filled: most when it was just now, least after a week; in steps, so that time alone rarely redraws. */
const tint = (hours: number) => Math.round(100 * (0.15 + 0.6 * (1 - Math.min(1, Math.log1p(hours) / Math.log1p(STALE_HOURS))))) / 100;

const plain = (): L.PathOptions => ({ color: token("--map-line"), weight: 1, dashArray: "", fillColor: token("--map-land"), fillOpacity: 1 });

const token = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
