import { ProgramFailed, type ProgramLink } from '../../../../file-daemon/plugins/program-link.ts';

/** For jobs without plugins. */
export const noPrograms: ProgramLink = {
  start() {
    throw new ProgramFailed('there are no programs in this test');
  },
};
