import { receiveMessageOnPort, type MessagePort, type Transferable } from 'node:worker_threads';
import { BLOCK_CONTENT_BYTES_MAX } from '../../volume/member.ts';
import type { Slot } from '../backup/block-cutter.ts';

/** Events of the worker that the main thread has not dealt with yet; more make the worker wait. */
const EVENTS_AHEAD_MAX = 256;

const CANCELLED = 0;
const EVENTS_AHEAD = 1;
const MESSAGES = 2;
const FIRST_SLOT = 3;
const FREE = 0;
const TAKEN = 1;

/** What both threads of a job see. Handed to the worker as it is. */
export interface SharedMemory {
  /** Int32: whether the job is cancelled, events ahead, messages posted, then one state (FREE, TAKEN) for each slot. */
  readonly control: SharedArrayBuffer;
  /** The memory of the blocks, one MiB each. */
  readonly slots: SharedArrayBuffer;
}

/** The job was cancelled from the main thread. Never shown: the main thread knows why. */
export class JobCancelled extends Error {}

/**
 * Cancelling and back-pressure between the main thread and the synchronous worker of a job: the worker sleeps while no
 * block is free or too many of its events wait; the main thread only frees and never waits.
 */
export class JobControl {
  readonly shared: SharedMemory;
  readonly #control: Int32Array;
  readonly #slots: readonly Buffer[];
  #nextSlot = 0;

  static create(slotCount: number): JobControl {
    return new JobControl({
      control: new SharedArrayBuffer((FIRST_SLOT + slotCount) * Int32Array.BYTES_PER_ELEMENT),
      slots: new SharedArrayBuffer(slotCount * BLOCK_CONTENT_BYTES_MAX),
    });
  }

  constructor(shared: SharedMemory) {
    this.shared = shared;
    this.#control = new Int32Array(shared.control);
    this.#slots = Array.from({ length: shared.slots.byteLength / BLOCK_CONTENT_BYTES_MAX }, (_, index) =>
      Buffer.from(shared.slots, index * BLOCK_CONTENT_BYTES_MAX, BLOCK_CONTENT_BYTES_MAX),
    );
  }

  /** Worker: the next free block. The ring goes round, since blocks are sent in order. @throws JobCancelled */
  takeSlot(): Slot {
    const index = this.#nextSlot;
    this.#nextSlot = (index + 1) % this.#slots.length;
    this.#sleepWhile(FIRST_SLOT + index, (state) => state === TAKEN);
    Atomics.store(this.#control, FIRST_SLOT + index, TAKEN);
    return { index, bytes: this.slotBytes(index) };
  }

  /** Worker: before an event is posted that the main thread answers with `eventDone`. @throws JobCancelled */
  beforeEvent(): void {
    this.#sleepWhile(EVENTS_AHEAD, (ahead) => ahead >= EVENTS_AHEAD_MAX);
    Atomics.add(this.#control, EVENTS_AHEAD, 1);
  }

  /** Worker. @throws JobCancelled */
  throwIfCancelled(): void {
    if (this.#load(CANCELLED) !== 0) throw new JobCancelled();
  }

  /** Worker: the next message that was posted with `postTo`; sleeps until there is one. @throws JobCancelled */
  receiveFrom(port: MessagePort): unknown {
    for (;;) {
      this.throwIfCancelled();
      const posted = this.#load(MESSAGES);
      const received = receiveMessageOnPort(port);
      if (received !== undefined) return received.message;
      Atomics.wait(this.#control, MESSAGES, posted);
    }
  }

  /** Main thread: a message for a worker that asks for it with `receiveFrom`, at the other end of the port. */
  postTo(port: MessagePort, message: unknown, transfer: readonly Transferable[] = []): void {
    port.postMessage(message, transfer);
    Atomics.add(this.#control, MESSAGES, 1);
    Atomics.notify(this.#control, MESSAGES);
  }

  /** Main thread: the memory of a block that the worker handed over. */
  slotBytes(index: number): Buffer {
    const bytes = this.#slots[index];
    if (bytes === undefined) throw new RangeError(`There is no block memory ${index}`);
    return bytes;
  }

  /** Main thread. */
  freeSlot(index: number): void {
    Atomics.store(this.#control, FIRST_SLOT + index, FREE);
    Atomics.notify(this.#control, FIRST_SLOT + index);
  }

  /** Main thread. */
  eventDone(): void {
    Atomics.sub(this.#control, EVENTS_AHEAD, 1);
    Atomics.notify(this.#control, EVENTS_AHEAD);
  }

  /** Main thread: wakes the worker whatever it sleeps on; it ends at its next step. */
  cancel(): void {
    Atomics.store(this.#control, CANCELLED, 1);
    for (let index = EVENTS_AHEAD; index < this.#control.length; index++) {
      // The value changes too, so that a worker just about to sleep on it does not.
      if (index === MESSAGES) Atomics.add(this.#control, index, 1);
      else Atomics.store(this.#control, index, FREE);
      Atomics.notify(this.#control, index);
    }
  }

  #sleepWhile(index: number, mustWait: (value: number) => boolean): void {
    for (;;) {
      this.throwIfCancelled();
      // One look decides and is what the sleep compares with: a change in between is never slept over.
      const value = this.#load(index);
      if (!mustWait(value)) return;
      Atomics.wait(this.#control, index, value);
    }
  }

  #load(index: number): number {
    return Atomics.load(this.#control, index);
  }
}
