import type { ByteSet } from './byte-set.ts';
import { RegexProblem, type RegexAssertion, type RegexNode } from './regex-syntax.ts';

/** One step of a machine that is in many places of its program at once. The next one is that behind it, but for `fork`. */
export type RegexStep =
  | { readonly kind: 'byte'; readonly set: ByteSet }
  | { readonly kind: 'assertion'; readonly assertion: RegexAssertion }
  /** Goes on in two places. */
  | { readonly kind: 'fork'; first: number; second: number }
  /** A group begins or ends here. */
  | { readonly kind: 'mark'; readonly mark: number }
  | { readonly kind: 'found' };

/** `a{n,m}` stands for m copies of a; this many steps are enough for any pattern that a person writes. */
const STEPS_MAX = 10_000;

/**
 * The program of Thompson's construction. With `groups` it marks where each group begins (at mark 2 n) and ends (2 n + 1).
 * @throws RegexProblem when it were too long.
 */
export function compileProgram(
  regex: RegexNode,
  { groups }: { readonly groups: 'marked' | 'unmarked' },
): readonly RegexStep[] {
  const program = new Program(groups === 'marked');
  program.add(regex);
  program.steps.push({ kind: 'found' });
  if (program.steps.length > STEPS_MAX) {
    throw new RegexProblem('with all its repetitions written out it is too long');
  }
  return program.steps;
}

class Program {
  readonly steps: RegexStep[] = [];
  readonly #isMarked: boolean;

  constructor(isMarked: boolean) {
    this.#isMarked = isMarked;
  }

  add(node: RegexNode): void {
    if (this.steps.length > STEPS_MAX) return;
    switch (node.kind) {
      case 'byte':
      case 'assertion':
        this.steps.push(node);
        break;
      case 'sequence':
        for (const part of node.parts) this.add(part);
        break;
      case 'group':
        this.#mark(2 * node.group);
        this.add(node.node);
        this.#mark(2 * node.group + 1);
        break;
      case 'choice':
        this.#choice(node.parts);
        break;
      case 'repeat':
        this.#repeat(node.node, node.least, node.most);
        break;
    }
  }

  #mark(mark: number): void {
    if (this.#isMarked) this.steps.push({ kind: 'mark', mark });
  }

  /** `fork part jump ... fork part jump part`; a jump is a fork whose ways are the same. */
  #choice(parts: readonly RegexNode[]): void {
    const jumps: number[] = [];
    for (const [index, part] of parts.entries()) {
      if (index === parts.length - 1) {
        this.add(part);
        break;
      }
      const fork = this.#fork();
      this.add(part);
      jumps.push(this.#fork());
      this.#join(fork);
    }
    for (const jump of jumps) this.#point(jump, this.steps.length);
  }

  #repeat(node: RegexNode, least: number, most: number): void {
    for (let copy = 0; copy < least && this.steps.length <= STEPS_MAX; copy++) {
      const length = this.steps.length;
      this.add(node);
      if (this.steps.length === length) return; // nothing at all, however often
    }
    if (most === Infinity) {
      const fork = this.#fork();
      this.add(node);
      this.#point(this.#fork(), fork);
      this.#join(fork);
      return;
    }
    const forks: number[] = [];
    for (let copy = least; copy < most && this.steps.length <= STEPS_MAX; copy++) {
      forks.push(this.#fork());
      this.add(node);
    }
    for (const fork of forks) this.#join(fork);
  }

  /** Goes on behind itself, until told where else. */
  #fork(): number {
    const at = this.steps.length;
    return this.steps.push({ kind: 'fork', first: at + 1, second: at + 1 }) - 1;
  }

  /** The second way leads to what comes next. */
  #join(fork: number): void {
    const step = this.steps[fork];
    if (step?.kind === 'fork') step.second = this.steps.length;
  }

  #point(jump: number, target: number): void {
    const step = this.steps[jump];
    if (step?.kind === 'fork') step.first = step.second = target;
  }
}
