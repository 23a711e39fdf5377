const TYPES: Readonly<Record<number, string>> = {
  0o140000: 's',
  0o120000: 'l',
  0o100000: '-',
  0o060000: 'b',
  0o040000: 'd',
  0o020000: 'c',
  0o010000: 'p',
};

/** A st_mode as `ls -l` shows it: "drwxr-xr-x". */
export function modeText(mode: number): string {
  const special = [mode & 0o4000, mode & 0o2000, mode & 0o1000];
  const triads = [6, 3, 0].map((shift, index) => {
    const bits = (mode >> shift) & 7;
    const execute = bits & 1;
    const letter = index === 2 ? 't' : 's';
    const last = special[index] ? (execute ? letter : letter.toUpperCase()) : execute ? 'x' : '-';
    return `${bits & 4 ? 'r' : '-'}${bits & 2 ? 'w' : '-'}${last}`;
  });
  return (TYPES[mode & 0o170000] ?? '?') + triads.join('');
}
