import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ip, NetworkNamespace } from '../../tools/network-namespace.ts';
import { editConf, startDaemon } from '../../tools/site.ts';
import { siteUnderTest, type SiteUnderTest } from './site-under-test.ts';

/** Whether network namespaces can be made here: it needs root and iproute2. */
export function canMakeNetworks(): boolean {
  if (process.getuid?.() !== 0) return false;
  try {
    using _network = networkWithLine();
    return true;
  } catch {
    return false;
  }
}

/** A network of its own, with one line to this machine. */
function networkWithLine(): NetworkNamespace {
  using undo = new DisposableStack();
  const network = undo.use(new NetworkNamespace());
  const { here, there } = network.ends;
  ip('link', 'add', here.device, 'type', 'veth', 'peer', 'name', there.device, 'netns', network.name);
  network.connect();
  undo.move();
  return network;
}

export interface ClientBehindNat extends SiteUnderTest {
  /** Where nothing of the client's answers. */
  readonly clientAddress: string;
  startClient(): void;
  /** Replaces the password in the client's conf. */
  setClientPassword(password: string): void;
}

/**
 * A site whose file daemon runs in another network. It reaches the Director and the storage daemon; it cannot be reached
 * itself. Director and storage daemon run, the client does not yet.
 */
export async function clientBehindNat(
  options: Omit<Parameters<typeof siteUnderTest>[0], 'start'>,
): Promise<ClientBehindNat> {
  const disposables = new AsyncDisposableStack();
  const net = disposables.use(networkWithLine());
  const held = disposables.use(await siteUnderTest({ ...options, start: false }));
  const { site } = held;
  const { here, there } = net.ends;
  const { confFiles, ports } = site;
  editConf(
    confFiles['noctule-dir'],
    ['DirAddress = 127.0.0.1', 'DirAddress = 0.0.0.0\n  FD Connect Timeout = 10'],
    [`Address = 127.0.0.1\n  FDPort = ${ports['noctule-fd']}`, 'Allow FD Connections = yes'],
    [
      'Address = 127.0.0.1\n  SDPort',
      `Address = 127.0.0.1\n  FD Storage Address = ${here.address}\n  SDPort`,
    ],
  );
  editConf(confFiles['noctule-sd'], ['SDAddress = 127.0.0.1', 'SDAddress = 0.0.0.0']);
  editConf(confFiles['noctule-fd'], [
    'Name = site-dir\n',
    `Name = site-dir\n  Connect To Director = yes\n  Address = ${here.address}\n  DirPort = ${ports['noctule-dir']}\n`,
  ]);
  await startDaemon(site, 'noctule-sd');
  await startDaemon(site, 'noctule-dir');
  return {
    ...held,
    clientAddress: there.address,
    startClient() {
      const launcher = join(import.meta.dirname, '../../bin/noctule-fd');
      execFileSync(...net.command(launcher, ['-c', confFiles['noctule-fd']]), { stdio: 'pipe' });
    },
    setClientPassword(password) {
      const file = confFiles['noctule-fd'];
      writeFileSync(file, readFileSync(file, 'utf8').replace(/Password = ".*"/, `Password = "${password}"`));
    },
    [Symbol.asyncDispose]: () => disposables.disposeAsync(),
  };
}
