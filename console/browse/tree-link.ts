import type {
  BrowseAnswer,
  BrowseListing,
  BrowseRequest,
  BrowseTotals,
  BrowseVersion,
} from '../../proto/noctule/director/v1/director.ts';

type Question = NonNullable<BrowseRequest['question']>;
type Answer = NonNullable<BrowseAnswer['answer']>;
/** What answers are, by their kind. */
type Values = { [A in Answer as A['$case']]: A['value'] };

/** The Director could not answer; the message is its sentence. */
export class NoAnswer extends Error {}

/** Asks the Director about the tree. Paths are absolute and bytes; that of a directory ends in '/'. */
export class TreeLink {
  readonly #send: (request: BrowseRequest) => void;
  readonly #waiting = new Map<number, PromiseWithResolvers<Answer>>();
  #lastId = 0;

  constructor(send: (request: BrowseRequest) => void) {
    this.#send = send;
  }

  receive({ id, answer }: BrowseAnswer): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (answer?.$case === 'problem') waiting?.reject(new NoAnswer(answer.value));
    else if (answer) waiting?.resolve(answer);
    else waiting?.reject(new NoAnswer('The Director gave no answer.'));
  }

  /** @param after entries behind this name; empty for the first. */
  async list(path: Buffer, after: Buffer, limit: number): Promise<BrowseListing> {
    return this.#ask({ $case: 'directory', value: { path, after, limit } }, 'listing');
  }

  /** The newest first. */
  async versions(path: Buffer): Promise<readonly BrowseVersion[]> {
    return (await this.#ask({ $case: 'versions', value: { path } }, 'versions')).versions;
  }

  /** The next entry whose name has the text; undefined when there is none, or another search began. */
  async search(directory: Buffer, after: Buffer, text: string): Promise<Buffer | undefined> {
    const { path } = await this.#ask({ $case: 'search', value: { directory, after, text } }, 'found');
    return path.length > 0 ? path : undefined;
  }

  async mark(path: Buffer, marked: boolean): Promise<void> {
    await this.#ask({ $case: 'mark', value: { path, marked } }, 'done');
  }

  async marked(): Promise<BrowseTotals> {
    return this.#ask({ $case: 'marked', value: {} }, 'totals');
  }

  leave(restore: boolean): void {
    this.#send({ id: ++this.#lastId, question: { $case: 'leave', value: { restore } } });
  }

  async #ask<K extends Answer['$case']>(question: Question, kind: K): Promise<Values[K]> {
    const id = ++this.#lastId;
    const waiting = Promise.withResolvers<Answer>();
    this.#waiting.set(id, waiting);
    this.#send({ id, question });
    const answer = await waiting.promise;
    if (answer.$case !== kind) throw new NoAnswer(`The Director answered with ${answer.$case}.`);
    return answer.value as Values[K];
  }
}
