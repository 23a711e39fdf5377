import { holds, sideOf, type Side } from './assertions.ts';
import type { RegexStep } from './regex-program.ts';

/** Where a regular expression is found in a text. */
export interface RegexFind {
  readonly start: number;
  readonly end: number;
  /** Where the group of each number begins and ends in the text; undefined: it has no part in this find. */
  readonly groups: readonly (readonly [start: number, end: number] | undefined)[];
}

/** One way through the program: where it is, and where in the text it was when it passed each mark. */
interface Way {
  readonly place: number;
  readonly start: number;
  readonly marks: readonly number[];
}

/**
 * Finds a program (with its groups marked) in a text of bytes: of all finds the one that begins first, of these the longest,
 * as POSIX wants it. Follows all ways at once, so the time is that of the text by the program, whatever the pattern.
 */
export class RegexFinder {
  readonly #program: readonly RegexStep[];

  constructor(program: readonly RegexStep[]) {
    this.#program = program;
  }

  /** The first find that begins at `from` or behind it; undefined when there is none. */
  find(text: string, from: number): RegexFind | undefined {
    let ways: Way[] = [];
    let found: RegexFind | undefined;
    for (let at = from; at <= text.length; at++) {
      if (found === undefined) ways.push({ place: 0, start: at, marks: [] });
      if (ways.length === 0) break;
      const next: Way[] = [];
      for (const way of this.#reach(ways, text, at)) {
        // A way that began behind the find can only lead to a later one.
        if (found !== undefined && way.start > found.start) continue;
        const step = this.#program[way.place];
        if (step?.kind === 'found') {
          found = { start: way.start, end: at, groups: groupsOf(way.marks) };
        } else if (step?.kind === 'byte' && step.set[text.charCodeAt(at)] === 1) {
          next.push({ ...way, place: way.place + 1 });
        }
      }
      ways = next;
    }
    return found;
  }

  /** The ways as far as they lead without a byte being read. Where two meet, the earlier in the list goes on. */
  #reach(ways: readonly Way[], text: string, at: number): Way[] {
    const passed = new Set<number>();
    const reached: Way[] = [];
    const waiting = ways.toReversed();
    for (let way = waiting.pop(); way !== undefined; way = waiting.pop()) {
      if (passed.has(way.place)) continue;
      passed.add(way.place);
      const step = this.#program[way.place];
      const place = way.place + 1;
      if (step?.kind === 'fork') {
        waiting.push({ ...way, place: step.second }, { ...way, place: step.first });
      } else if (step?.kind === 'mark') {
        const marks = [...way.marks];
        marks[step.mark] = at;
        waiting.push({ ...way, place, marks });
      } else if (step?.kind === 'assertion') {
        if (holds(step.assertion, sideAt(text, at - 1), sideAt(text, at))) waiting.push({ ...way, place });
      } else {
        reached.push(way);
      }
    }
    return reached;
  }
}

function sideAt(text: string, at: number): Side {
  return at < 0 || at >= text.length ? 'edge' : sideOf(text.charCodeAt(at));
}

function groupsOf(marks: readonly number[]): RegexFind['groups'] {
  const groups: ([number, number] | undefined)[] = [];
  for (let group = 1; 2 * group < marks.length; group++) {
    const start = marks[2 * group];
    const end = marks[2 * group + 1];
    groups[group] = start === undefined || end === undefined ? undefined : [start, end];
  }
  return groups;
}
