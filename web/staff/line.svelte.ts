// The state of the line of whichever page is open, for the header to show.
import type { Line } from "../shared/feed";

export const shown = $state<{ line: Line | null }>({ line: null });
