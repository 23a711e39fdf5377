import { holds, sideOf, type Side } from '../../text/regex/assertions.ts';
import type { ByteSet } from '../../text/regex/byte-set.ts';
import type { RegexStep } from '../../text/regex/regex-program.ts';
import { WORD_BYTES } from '../../text/regex/regex-syntax.ts';
import type { BytePath } from '../byte-path.ts';

/** Where the machine may be in its program, after what it has read. */
interface State {
  readonly places: readonly number[];
  readonly before: Side;
  /** By symbol, as far as known. */
  readonly next: (State | undefined)[];
}

/** What is remembered of states, in places: some megabytes at most. */
const REMEMBERED_MAX = 500_000;

const FOUND: State = { places: [], before: 'edge', next: [] };
const NOT_FOUND: State = { places: [], before: 'edge', next: [] };

/**
 * Finds a program anywhere in a path, in time proportional to its length whatever the pattern. Runs the program in all
 * ways at once, and remembers each set of places that it has come to as a state, with where each byte leads from there: so
 * most bytes cost one look into a table. When there are too many states it forgets them and begins anew.
 */
export class RegexMatcher {
  readonly #program: readonly RegexStep[];
  /** Bytes that no step tells apart are the same symbol; the end of the path is the last one. */
  readonly #symbolOf: Uint16Array;
  readonly #end: number;
  readonly #exampleOf: number[] = [];
  readonly #states = new Map<string, State>();
  #remembered = 0;
  #start: State;

  constructor(program: readonly RegexStep[]) {
    this.#program = program;
    this.#symbolOf = symbolsOf(program);
    for (let byte = 255; byte >= 0; byte--) this.#exampleOf[this.#symbolOf[byte] ?? 0] = byte;
    this.#end = this.#exampleOf.length;
    this.#start = this.#state([0], 'edge');
  }

  isFoundIn(path: BytePath): boolean {
    let state = this.#start;
    for (let at = 0; at < path.length; at++) {
      const symbol = this.#symbolOf[path.charCodeAt(at)] ?? 0;
      state = state.next[symbol] ?? this.#advance(state, symbol);
      if (state === FOUND) return true;
    }
    return (state.next[this.#end] ?? this.#advance(state, this.#end)) === FOUND;
  }

  #advance(state: State, symbol: number): State {
    if (this.#remembered > REMEMBERED_MAX) this.#forget();
    return (state.next[symbol] = this.#work(state, symbol));
  }

  #work({ places, before }: State, symbol: number): State {
    const byte = this.#exampleOf[symbol];
    const after = byte === undefined ? 'edge' : sideOf(byte);
    // The beginning is always one of them: it may be found from any byte on.
    const next = new Set([0]);
    for (const place of this.#reach(places, before, after)) {
      const step = this.#program[place];
      if (step?.kind === 'found') return FOUND;
      if (step?.kind === 'byte' && byte !== undefined && step.set[byte] === 1) next.add(place + 1);
    }
    return byte === undefined
      ? NOT_FOUND
      : this.#state(
          [...next].sort((a, b) => a - b),
          after,
        );
  }

  /** All places that can be come to without reading a byte. */
  #reach(from: readonly number[], before: Side, after: Side): Set<number> {
    const reached = new Set<number>(from);
    // A set gives what is added while it is gone through, too.
    for (const place of reached) {
      const step = this.#program[place];
      if (step?.kind === 'fork') reached.add(step.first).add(step.second);
      else if (step?.kind === 'assertion' && holds(step.assertion, before, after)) reached.add(place + 1);
    }
    return reached;
  }

  #state(places: readonly number[], before: Side): State {
    const key = `${before} ${places.join()}`;
    let state = this.#states.get(key);
    if (state === undefined) {
      state = { places, before, next: [] };
      this.#states.set(key, state);
      this.#remembered += places.length + this.#end;
    }
    return state;
  }

  #forget(): void {
    this.#states.clear();
    this.#remembered = 0;
    this.#start = this.#state([0], 'edge');
  }
}

function symbolsOf(program: readonly RegexStep[]): Uint16Array {
  let symbols = new Uint16Array(256);
  const sets = new Set<ByteSet>([WORD_BYTES]);
  for (const step of program) if (step.kind === 'byte') sets.add(step.set);
  for (const set of sets) {
    const numbers = new Map<number, number>();
    symbols = symbols.map((symbol, byte) => {
      const refined = symbol * 2 + (set[byte] ?? 0);
      const number = numbers.get(refined) ?? numbers.size;
      numbers.set(refined, number);
      return number;
    });
  }
  return symbols;
}
