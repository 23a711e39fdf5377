import { check, CHECK_USAGE } from './check.ts';
import { copy, COPY_USAGE } from './copy.ts';
import { extract, EXTRACT_USAGE } from './extract.ts';
import { list, LIST_USAGE } from './list.ts';
import { scan, SCAN_USAGE } from './scan.ts';
import { UsageError } from '../usage-error.ts';

const TOOLS: Readonly<Record<string, { usage: string; run(args: readonly string[]): Promise<number> }>> = {
  ls: { usage: LIST_USAGE, run: list },
  check: { usage: CHECK_USAGE, run: check },
  extract: { usage: EXTRACT_USAGE, run: extract },
  scan: { usage: SCAN_USAGE, run: scan },
  copy: { usage: COPY_USAGE, run: copy },
};

/** `noctule volume TOOL ...`: reads volumes with no daemon and no catalog. Resolves with the exit status. */
export async function volume([name = '', ...args]: readonly string[]): Promise<number> {
  const tool = TOOLS[name];
  const isHelp = args.includes('--help') || args.includes('-?');
  if (tool === undefined || isHelp) {
    const usage =
      tool?.usage ??
      Object.values(TOOLS)
        .map((one) => one.usage)
        .join('\n');
    (isHelp ? process.stdout : process.stderr).write(usage);
    return isHelp ? 0 : 2;
  }
  try {
    return await tool.run(args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`noctule volume ${name}: ${error.message}\n${tool.usage}`);
    return 2;
  }
}
