// Posts that may be about the same thing as what is being written: compared on this page, so that nothing typed leaves it.
import type { Category, Post } from "../../shared/types";

export type Writing = { category: Category; blocks: string[]; when: number; words: string };
type WordsOf = (text: string) => string[];

const MOST = 3; // more would be a list, and nobody reads one while writing
const NEAR_MS = 36 * 3_600_000; // what happened on Friday night is also told on Sunday morning
const SHORTEST = 4; // letters: shorter words say little of what happened
// What one neighbour calls crime another calls suspicious.
const KIN: Category[][] = [["crime", "suspicious", "safety"], ["animal", "lost_found"]];

/** Those of the live posts of the block that may be the same, likeliest first: kind and time fit, or their words do. */
export function alike(posts: Post[], writing: Writing, wordsOf: WordsOf): Post[] {
  const telling = (text: string) => new Set(wordsOf(text).filter((word) => word.length >= SHORTEST));
  const said = telling(writing.words);
  return posts
    .filter((post) => writing.blocks.includes(post.block.id))
    .map((post) => ({ post, score: scoreOf(post, writing, [...telling(`${post.title} ${post.text}`)].filter((word) => said.has(word)).length) }))
    .filter(({ score }) => score >= 2)
    .sort((a, b) => b.score - a.score)
    .slice(0, MOST)
    .map(({ post }) => post);
}

function scoreOf(post: Post, { category, when }: Writing, shared: number): number {
  const apart = Math.abs(Date.parse(post.happened_at) - when);
  if (!(apart <= NEAR_MS)) return 0;
  const same = post.category === category;
  const kin = same || KIN.some((kinds) => kinds.includes(category) && kinds.includes(post.category));
  return (same ? 1.5 : kin ? 1 : 0) + (apart <= NEAR_MS / 6 ? 0.5 : 0) + Math.min(shared, 4) * 0.5;
}
