import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startDaemon } from '../../tools/site.ts';
import { siteUnderTest, type SiteUnderTest } from './site-under-test.ts';

const ip = (...args: string[]): void => void execFileSync('ip', args, { stdio: 'pipe' });

/** Whether network namespaces can be made here: it needs root and iproute2. */
export function canMakeNetworks(): boolean {
  if (process.getuid?.() !== 0) return false;
  try {
    using _network = network();
    return true;
  } catch {
    return false;
  }
}

/** A network of its own, with one line to this machine, which is there at `here`. */
interface Network extends Disposable {
  readonly name: string;
  readonly here: string;
  readonly there: string;
}

let made = 0;

function network(): Network {
  made += 1;
  const name = `noctule${process.pid}n${made}`;
  const prefix = `10.213.${process.pid % 250}.${(made * 4) % 252}`.replace(/\d+$/, '');
  const [here, there] = [1, 2].map((host) => `${prefix}${((made * 4) % 252) + host}`) as [string, string];
  const [near, far] = ['a', 'b'].map((end) => `nt${(process.pid * 10 + made) % 1_000_000}${end}`) as [
    string,
    string,
  ];
  using undo = new DisposableStack();
  ip('netns', 'add', name);
  undo.defer(() => ip('netns', 'del', name)); // its end of the line goes with it, and so does ours
  ip('link', 'add', near, 'type', 'veth', 'peer', 'name', far, 'netns', name);
  ip('addr', 'add', `${here}/30`, 'dev', near);
  ip('link', 'set', near, 'up');
  ip('-n', name, 'addr', 'add', `${there}/30`, 'dev', far);
  ip('-n', name, 'link', 'set', far, 'up');
  ip('-n', name, 'link', 'set', 'lo', 'up');
  const held = undo.move();
  return { name, here, there, [Symbol.dispose]: () => held.dispose() };
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
  const net = disposables.use(network());
  const held = disposables.use(await siteUnderTest({ ...options, start: false }));
  const { site } = held;
  const { confFiles, ports } = site;
  const edit = (file: string, ...changes: [string, string][]) => {
    let text = readFileSync(file, 'utf8');
    for (const [from, to] of changes) {
      if (!text.includes(from)) throw new Error(`"${from}" is not in ${file}`);
      text = text.replace(from, to);
    }
    writeFileSync(file, text);
  };
  edit(
    confFiles['noctule-dir'],
    ['DirAddress = 127.0.0.1', 'DirAddress = 0.0.0.0\n  FD Connect Timeout = 10'],
    [`Address = 127.0.0.1\n  FDPort = ${ports['noctule-fd']}`, 'Allow FD Connections = yes'],
    ['Address = 127.0.0.1\n  SDPort', `Address = 127.0.0.1\n  FD Storage Address = ${net.here}\n  SDPort`],
  );
  edit(confFiles['noctule-sd'], ['SDAddress = 127.0.0.1', 'SDAddress = 0.0.0.0']);
  edit(confFiles['noctule-fd'], [
    'Name = site-dir\n',
    `Name = site-dir\n  Connect To Director = yes\n  Address = ${net.here}\n  DirPort = ${ports['noctule-dir']}\n`,
  ]);
  await startDaemon(site, 'noctule-sd');
  await startDaemon(site, 'noctule-dir');
  return {
    ...held,
    clientAddress: net.there,
    startClient() {
      const launcher = join(import.meta.dirname, '../../bin/noctule-fd');
      ip('netns', 'exec', net.name, launcher, '-c', confFiles['noctule-fd']);
    },
    setClientPassword(password) {
      const file = confFiles['noctule-fd'];
      writeFileSync(file, readFileSync(file, 'utf8').replace(/Password = ".*"/, `Password = "${password}"`));
    },
    [Symbol.asyncDispose]: () => disposables.disposeAsync(),
  };
}
