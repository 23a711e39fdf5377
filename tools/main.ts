import { OperatorError } from '../errors/operator-error.ts';
import { catalog } from './catalog/main.ts';
import { check } from './check.ts';
import { demo } from './demo.ts';
import { init } from './init.ts';
import { plan } from './plan.ts';
import { volume } from './volume/main.ts';

interface Tool {
  readonly help: string;
  /** Resolves with the exit status. */
  run(args: readonly string[]): Promise<number>;
}

const TOOLS: Readonly<Record<string, Tool>> = {
  catalog: { help: 'check, back up or vacuum the catalog', run: catalog },
  check: {
    help: 'test a directory of conf files: each one, and whether they fit together and this machine',
    run: check,
  },
  demo: { help: 'a backup, a change, an Incremental, a restore and a comparison, here and now', run: demo },
  init: { help: 'write a first set of conf files with fresh passwords', run: init },
  volume: { help: 'list, check, extract, scan or copy volumes, with no daemon and no catalog', run: volume },
  plan: { help: 'what the schedules will start, and what of them never starts or starts twice', run: plan },
};

/** Names that Bacula's tools have; they take the flags of those. */
const VOLUME_TOOLS: Readonly<Record<string, string>> = { bls: 'ls', bextract: 'extract', bscan: 'scan' };

const [given = '', ...rest] = process.argv.slice(2);
const volumeTool = VOLUME_TOOLS[given];
const [name, args] = volumeTool === undefined ? [given, rest] : ['volume', [volumeTool, ...rest]];
process.exitCode = await main();

async function main(): Promise<number> {
  const tool = TOOLS[name];
  if (tool === undefined) {
    const lines = Object.entries(TOOLS).map(([tool, { help }]) => `  ${tool.padEnd(8)} ${help}`);
    const isHelp = ['', 'help', '-?', '-h', '--help'].includes(name);
    const text = `${isHelp ? '' : `noctule: there is no tool "${name}"\n`}usage: noctule TOOL ...\n\n${lines.join('\n')}\n`;
    (isHelp ? process.stdout : process.stderr).write(text);
    return isHelp ? 0 : 2;
  }
  try {
    return await tool.run(args);
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    process.stderr.write(
      `noctule ${name}: ${error.message}\n${error.hint === undefined ? '' : `  ${error.hint}\n`}`,
    );
    return 1;
  }
}
