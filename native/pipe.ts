import { isErrno } from '../errors/operator-error.ts';
import { bindOnce, type NativeLibrary } from './library.ts';

/** Pipes by number, and waiting for what is at their other end. */
export interface Pipes {
  /** A new pipe. Its ends are not inherited by programs, but where one is named for that. */
  make(): PipeEnds;
  /**
   * Waits until a read, or a write, would not wait: there is data or room, or the other end is gone.
   * @returns false when nothing came of it in this time
   */
  waitFor(fd: number, what: 'data' | 'room', timeoutMs: number): boolean;
}

export interface PipeEnds {
  readonly readFd: number;
  readonly writeFd: number;
}

const O_CLOEXEC = 0o2000000;
/** poll.h */
const POLLIN = 1;
const POLLOUT = 4;

/** Undefined where koffi does not work. */
export const pipes = bindOnce(bind);

function bind(library: NativeLibrary): Pipes {
  const pipe2 = library.func('int pipe2(void *ends, int flags)');
  const poll = library.func('int poll(void *fds, unsigned long count, int timeoutMs)');

  return {
    make() {
      const ends = new Int32Array(2);
      library.call('pipe2', pipe2, ends, O_CLOEXEC);
      const [readFd = -1, writeFd = -1] = ends;
      return { readFd, writeFd };
    },
    waitFor(fd, what, timeoutMs) {
      // struct pollfd: int fd; short events, revents.
      const entry = Buffer.alloc(8);
      entry.writeInt32LE(fd, 0);
      entry.writeInt16LE(what === 'data' ? POLLIN : POLLOUT, 4);
      try {
        return library.call('poll', poll, entry, 1, timeoutMs) > 0;
      } catch (error) {
        if (isErrno(error, 'EINTR')) return false;
        throw error;
      }
    },
  };
}
