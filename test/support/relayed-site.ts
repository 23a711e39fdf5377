import { readFileSync, writeFileSync } from 'node:fs';
import { startSite } from '../../tools/site.ts';
import { Relay } from './relay.ts';
import { siteUnderTest, type SiteUnderTest } from './site-under-test.ts';

/** The three lines of a site, by who calls whom. */
export type Line = 'Director to client' | 'Director to storage' | 'client to storage';
export const LINES: readonly Line[] = ['Director to client', 'Director to storage', 'client to storage'];

/** A site of real daemons whose lines go through relays. */
export interface RelayedSite extends SiteUnderTest {
  readonly lines: Readonly<Record<Line, Relay>>;
}

export async function relayedSite(
  options: Omit<Parameters<typeof siteUnderTest>[0], 'start'>,
): Promise<RelayedSite> {
  const disposables = new AsyncDisposableStack();
  const held = disposables.use(await siteUnderTest({ ...options, start: false }));
  const { ports, confFiles } = held.site;
  const open = async (host: string, port: number) => disposables.use(await Relay.open(host, port));
  const lines = {
    'Director to client': await open('127.0.0.2', ports['noctule-fd']),
    'Director to storage': await open('127.0.0.3', ports['noctule-sd']),
    'client to storage': await open('127.0.0.2', ports['noctule-sd']),
  };
  const conf = readFileSync(confFiles['noctule-dir'], 'utf8')
    .replace(
      'Address = 127.0.0.1\n  FDPort',
      'Address = 127.0.0.2\n  FD Storage Address = 127.0.0.2\n  FDPort',
    )
    .replace('Address = 127.0.0.1\n  SDPort', 'Address = 127.0.0.3\n  SDPort');
  writeFileSync(confFiles['noctule-dir'], conf);
  await startSite(held.site);
  return { ...held, lines, [Symbol.asyncDispose]: () => disposables.disposeAsync() };
}
