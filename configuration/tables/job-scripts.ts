import { directive } from '../directive.ts';
import { runScripts, shortScript, SCRIPTS_NOT_YET } from '../values/run-script.ts';

const SHORT = {
  runsOnClient: false,
  runsOnSuccess: true,
  runsOnFailure: false,
  failJobOnError: true,
  kind: 'program',
} as const;

/** Scripts of a Job: the block and its one-line forms. */
export const JOB_SCRIPTS = {
  runScripts: directive('RunScript', runScripts, {
    status: SCRIPTS_NOT_YET,
    help: 'Commands before and after the job, on Director or client',
  }),
  runBeforeJob: directive('Run Before Job', shortScript({ ...SHORT, runsWhen: 'Before' }), {
    into: 'runScripts',
    status: SCRIPTS_NOT_YET,
    help: 'Command on the Director before the job',
  }),
  runAfterJob: directive('Run After Job', shortScript({ ...SHORT, runsWhen: 'After' }), {
    into: 'runScripts',
    status: SCRIPTS_NOT_YET,
    help: 'Command on the Director after a good job',
  }),
  runAfterFailedJob: directive(
    'Run After Failed Job',
    shortScript({ ...SHORT, runsWhen: 'After', runsOnSuccess: false, runsOnFailure: true }),
    {
      into: 'runScripts',
      status: SCRIPTS_NOT_YET,
      help: 'Command on the Director after a failed job',
    },
  ),
  clientRunBeforeJob: directive(
    'Client Run Before Job',
    shortScript({ ...SHORT, runsWhen: 'Before', runsOnClient: true }),
    { into: 'runScripts', status: SCRIPTS_NOT_YET, help: 'Command on the client before the job' },
  ),
  clientRunAfterJob: directive(
    'Client Run After Job',
    shortScript({ ...SHORT, runsWhen: 'After', runsOnClient: true }),
    { into: 'runScripts', status: SCRIPTS_NOT_YET, help: 'Command on the client after a good job' },
  ),
  consoleRunBeforeJob: directive(
    'Console Run Before Job',
    shortScript({ ...SHORT, runsWhen: 'Before', kind: 'console' }),
    { into: 'runScripts', status: SCRIPTS_NOT_YET, help: 'Console command before the job' },
  ),
  consoleRunAfterJob: directive(
    'Console Run After Job',
    shortScript({ ...SHORT, runsWhen: 'After', kind: 'console' }),
    { into: 'runScripts', status: SCRIPTS_NOT_YET, help: 'Console command after a good job' },
  ),
};
