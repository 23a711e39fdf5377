import { readFileSync } from 'node:fs';
import type { BytePath } from '../byte-path.ts';

interface Mount {
  readonly point: BytePath;
  readonly fsType: string;
}

/** Which file system lies where, by /proc/self/mountinfo as it stood when this was made. */
export class Mounts {
  readonly #mounts: readonly Mount[];

  /** `mountinfo`: the content of that file, as latin1 text. */
  constructor(mountinfo: string) {
    // Later lines lie over earlier ones with the same mount point, so the last one is to be found first.
    this.#mounts = mountinfo
      .split('\n')
      .map(parseMount)
      .filter((mount) => mount !== undefined)
      .reverse();
  }

  static read(): Mounts {
    return new Mounts(readFileSync('/proc/self/mountinfo', 'latin1'));
  }

  /** The type of the file system that holds `path` (absolute, without links in it), such as `ext4`. */
  fsTypeOf(path: BytePath): string | undefined {
    let best: Mount | undefined;
    for (const mount of this.#mounts) {
      if (isAtOrBelow(path, mount.point) && mount.point.length > (best?.point.length ?? 0)) best = mount;
    }
    return best?.fsType;
  }
}

function isAtOrBelow(path: BytePath, point: BytePath): boolean {
  return point === '/' || path === point || (path.startsWith(point) && path[point.length] === '/');
}

/** `36 35 98:0 /root /mount/point options [optional...] - fstype source superoptions` */
function parseMount(line: string): Mount | undefined {
  const [before, after] = line.split(' - ');
  const point = before?.split(' ')[4];
  const fsType = after?.split(' ')[0];
  if (point === undefined || fsType === undefined) return undefined;
  // Blanks, tabs, line feeds and backslashes stand there as octal numbers.
  return {
    point: point.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8))),
    fsType,
  };
}
