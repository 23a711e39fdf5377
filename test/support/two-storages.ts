import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts, startDaemon, startSite, stopDaemon, type Site } from '../../tools/site.ts';
import { Relay } from './relay.ts';
import { siteUnderTest, type SiteUnderTest } from './site-under-test.ts';

/** A site with a second storage daemon: Fulls go to it, other levels to the first. */
export interface TwoStorages extends SiteUnderTest {
  /** As `site`, but its `noctule-sd` is the second storage daemon, of Storage NAS. */
  readonly nas: Site;
  /** The lines of the client to the storage daemons, by the name of the Storage. */
  readonly lines: Readonly<Record<'File' | 'NAS', Relay>>;
}

export async function twoStorages(
  options: Omit<Parameters<typeof siteUnderTest>[0], 'start'> & { storageDirectives?: string },
): Promise<TwoStorages> {
  const disposables = new AsyncDisposableStack();
  const held = disposables.use(await siteUnderTest({ ...options, start: false }));
  const { site } = held;
  const { directory, confFiles, ports } = site;
  const [port] = await freePorts(1);
  const nas: Site = {
    ...site,
    volumesDirectory: join(directory, 'nas-volumes'),
    confFiles: { ...confFiles, 'noctule-sd': join(directory, 'conf', 'nas-sd.conf') },
    ports: { ...ports, 'noctule-sd': port! },
  };
  for (const made of [nas.volumesDirectory, join(directory, 'nas')]) mkdirSync(made, { mode: 0o700 });
  const ofStorage = readFileSync(confFiles['noctule-sd'], 'utf8');
  const nasConf = ofStorage
    .replace(`SDPort = ${ports['noctule-sd']}`, `SDPort = ${port}`)
    .replace(`"${directory}/storage"`, `"${directory}/nas"`)
    .replace(`"${directory}/volumes"`, `"${nas.volumesDirectory}"`)
    .replace('Name = site-sd', 'Name = nas-sd');
  writeFileSync(nas.confFiles['noctule-sd'], nasConf, { mode: 0o600 });

  const { storageDirectives = '' } = options;
  const conf = readFileSync(confFiles['noctule-dir'], 'utf8')
    .replace('Messages = Standard\n}', 'Messages = Standard\n  SD Connect Timeout = 1 second\n}')
    .replace('  Storage = File\n', '') // of the Job Backup: its pools say where
    .replace('Name = Full-Pool\n  Pool Type', 'Name = Full-Pool\n  Storage = NAS\n  Pool Type')
    .replace(/(Name = (Diff|Incr)-Pool\n)/g, '$1  Storage = File\n')
    .replace(/Storage \{\n {2}Name = File[^}]*\}/, (file) => {
      const line = `FD Storage Address = 127.0.0.2\n  ${storageDirectives}\n  SDPort`;
      const first = file.replace('SDPort', line);
      const second = first
        .replace('Name = File', 'Name = NAS')
        .replace(`SDPort = ${ports['noctule-sd']}`, `SDPort = ${port}`);
      return `${first}\n\n${second}`;
    });
  writeFileSync(confFiles['noctule-dir'], conf);
  const lines = {
    File: disposables.use(await Relay.open('127.0.0.2', ports['noctule-sd'])),
    NAS: disposables.use(await Relay.open('127.0.0.2', port!)),
  };
  disposables.defer(() => stopDaemon(nas, 'noctule-sd', 'SIGKILL'));
  await startDaemon(nas, 'noctule-sd');
  await startSite(site);
  return { ...held, nas, lines, [Symbol.asyncDispose]: () => disposables.disposeAsync() };
}
