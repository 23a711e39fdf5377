import { existsSync, readFileSync } from 'node:fs';
import { release } from 'node:os';

/** Day of the release named in package.json. */
const RELEASE_DATE = { year: 2026, month: 'November', day: 21 };

export const VERSION = { number: packageVersion(), date: RELEASE_DATE } as const;

/** "0.1.0 (21 November 2026)" */
export function versionBanner(): string {
  const { day, month, year } = VERSION.date;
  return `${VERSION.number} (${day} ${month} ${year})`;
}

/** "0.1.0 (21Nov26)" */
export function versionShort(): string {
  const { day, month, year } = VERSION.date;
  return `${VERSION.number} (${String(day).padStart(2, '0')}${month.slice(0, 3)}${year % 100})`;
}

/** "x86_64-pc-linux-gnu debian 12" */
export function platform(): string {
  const cpu = { x64: 'x86_64', arm64: 'aarch64' }[process.arch as string] ?? process.arch;
  if (process.platform !== 'linux') return `${cpu}-unknown-${process.platform} ${release()}`;
  return `${cpu}-${cpu === 'x86_64' ? 'pc' : 'unknown'}-linux-gnu ${distribution()}`;
}

/** From os-release(5); the kernel's release where there is none. */
function distribution(): string {
  let text: string;
  try {
    text = readFileSync('/etc/os-release', 'utf8');
  } catch {
    return release();
  }
  const field = (name: string): string => new RegExp(`^${name}="?([^"\n]*)`, 'm').exec(text)?.[1] ?? '';
  return `${field('ID')} ${field('VERSION_ID')}`.trim();
}

/** package.json lies above this file, and one directory higher when this is the compiled form in dist/. */
function packageVersion(): string {
  const beside = new URL('../package.json', import.meta.url);
  const file = existsSync(beside) ? beside : new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
