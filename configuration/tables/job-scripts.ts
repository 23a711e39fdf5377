import { directive } from '../directive.ts';
import { runScripts, shortScript } from '../values/run-script.ts';

const SHORT = {
  runsOnClient: false,
  runsOnSuccess: true,
  runsOnFailure: false,
  failJobOnError: true,
  kind: 'program',
} as const;

const BEFORE = { ...SHORT, runsWhen: 'Before' } as const;
const AFTER = { ...SHORT, runsWhen: 'After' } as const;
const AFTER_FAILURE = { ...AFTER, runsOnSuccess: false, runsOnFailure: true } as const;

/** Scripts of a Job: the block and its one-line forms. */
export const JOB_SCRIPTS = {
  runScripts: directive('RunScript', runScripts, {
    help: 'Commands before and after the job, on the client or the Director',
  }),
  runBeforeJob: directive('Run Before Job', shortScript(BEFORE), {
    into: 'runScripts',
    help: 'Command on the Director before the job',
  }),
  runAfterJob: directive('Run After Job', shortScript(AFTER), {
    into: 'runScripts',
    help: 'Command on the Director after a good job',
  }),
  runAfterFailedJob: directive('Run After Failed Job', shortScript(AFTER_FAILURE), {
    into: 'runScripts',
    help: 'Command on the Director after a failed job',
  }),
  clientRunBeforeJob: directive('Client Run Before Job', shortScript({ ...BEFORE, runsOnClient: true }), {
    into: 'runScripts',
    help: 'Command on the client before the job',
  }),
  clientRunAfterJob: directive('Client Run After Job', shortScript({ ...AFTER, runsOnClient: true }), {
    into: 'runScripts',
    help: 'Command on the client after a good job',
  }),
  consoleRunBeforeJob: directive('Console Run Before Job', shortScript({ ...BEFORE, kind: 'console' }), {
    into: 'runScripts',
    help: 'Console command before the job',
  }),
  consoleRunAfterJob: directive('Console Run After Job', shortScript({ ...AFTER, kind: 'console' }), {
    into: 'runScripts',
    help: 'Console command after a good job',
  }),
};
