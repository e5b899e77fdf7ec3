// Whether a post's author says that it is settled: a line of its text by itself (feed/resolving.py).

const MARK = "[resolved]";

export const isResolved = ({ text }: { text: string }) => text.split("\n").includes(MARK);
