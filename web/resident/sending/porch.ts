// What hiding whatever never moves will look like, from a few pictures: the airlock does it anew, from many, and finer.
const LEAST = 18; // steps of a colour that are noise
const NOISE = 3; // times what a place usually differs
const MOST = 0.5; // of a picture: beyond, the camera or the light moves and it is hidden whole
const CELLS = 20; // along the shorter side
const TONES = [93, 112] as const; // the airlock's two greys

export type Backdrop = { low: Uint8ClampedArray; high: Uint8ClampedArray };

/** What stands there in most of these pictures, all of one size. */
export function backdropOf(pictures: ImageData[]): Backdrop {
  const size = pictures[0]!.data.length;
  const [low, high] = [new Uint8ClampedArray(size), new Uint8ClampedArray(size)];
  const values = new Uint8Array(pictures.length);
  const half = pictures.length >> 1;
  for (let at = 0; at < size; at++) {
    if (at % 4 === 3) continue; // opacity
    for (let each = 0; each < values.length; each++) values[each] = pictures[each]!.data[at]!;
    const usual = values.sort()[half]!;
    for (let each = 0; each < values.length; each++) values[each] = Math.abs(pictures[each]!.data[at]! - usual);
    const tolerated = LEAST + NOISE * values.sort()[half]!;
    [low[at], high[at]] = [usual - tolerated, usual + tolerated];
  }
  return { low, high };
}

/** Covers, in place, what does not move in a picture. */
export function coverStill(picture: ImageData, { low, high }: Backdrop): void {
  const { data, width, height } = picture;
  let moves = new Uint8Array(width * height);
  for (let place = 0; place < moves.length; place++) {
    for (let at = place * 4; at < place * 4 + 3; at++) if (data[at]! < low[at]! || data[at]! > high[at]!) moves[place] = 1;
  }
  for (let round = 0; round < 2; round++) moves = asNeighbours(moves, width, height);
  const share = moves.reduce((all, one) => all + one, 0) / moves.length;
  const side = Math.max(2, Math.floor(Math.min(width, height) / CELLS));
  for (let place = 0; place < moves.length; place++) {
    if (moves[place] && share <= MOST) continue;
    const [x, y] = [place % width, Math.floor(place / width)];
    data.fill(TONES[(Math.floor(x / side) + Math.floor(y / side)) % 2]!, place * 4, place * 4 + 3);
  }
}

/** As most of the places around each are: no specks. */
function asNeighbours(from: Uint8Array<ArrayBuffer>, width: number, height: number): Uint8Array<ArrayBuffer> {
  const made = new Uint8Array(from.length);
  for (let y = 1; y < height - 1; y++)
    for (let x = 1; x < width - 1; x++) {
      let count = 0;
      for (let row = -1; row <= 1; row++) for (let column = -1; column <= 1; column++) count += from[(y + row) * width + x + column]!;
      made[y * width + x] = count >= 5 ? 1 : 0;
    }
  return made;
}
