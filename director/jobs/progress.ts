/** The rate is that of the last seconds, so that it follows a job that slows down. */
const WINDOW_MS = 20_000;
const SAMPLE_INTERVAL_MS = 1_000;

interface Sample {
  readonly atMs: number;
  readonly bytes: number;
}

/** How far a job is, as its client tells. */
export class Progress {
  files = 0;
  /** Bytes of file content. */
  bytes = 0;
  currentPath = '';
  /** Bytes of content that the job will move, going by the last run of the same level; 0 when nobody knows. */
  expectedBytes = 0;
  #samples: Sample[] = [];

  update(now: { files: number; bytes: number; currentPath: string }, atMs: number): void {
    this.files = now.files;
    this.bytes = now.bytes;
    this.currentPath = now.currentPath;
    const last = this.#samples.at(-1);
    if (last && atMs - last.atMs < SAMPLE_INTERVAL_MS) return;
    this.#samples.push({ atMs, bytes: now.bytes });
    this.#samples = this.#samples.filter((sample) => atMs - sample.atMs <= WINDOW_MS);
  }

  bytesPerSecond(nowMs: number): number {
    const [oldest] = this.#samples;
    if (!oldest) return 0;
    const seconds = (nowMs - oldest.atMs) / 1000;
    return seconds > 0 ? Math.round((this.bytes - oldest.bytes) / seconds) : 0;
  }

  /** When the expected bytes will be through; absent when that cannot be told. */
  expectedEnd(nowMs: number): Date | undefined {
    const rate = this.bytesPerSecond(nowMs);
    const leftBytes = this.expectedBytes - this.bytes;
    if (rate <= 0 || leftBytes <= 0) return undefined;
    return new Date(nowMs + (leftBytes / rate) * 1000);
  }
}
