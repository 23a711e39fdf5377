import { nativeProblem } from '../native/library.ts';

/** Undefined when all is well; else one sentence for the job's messages: why koffi cannot be used, and what is lost. */
export function lostWithoutNative(): string | undefined {
  const problem = nativeProblem();
  if (problem === undefined) return undefined;
  return (
    `${problem}: times are kept to microseconds only, not at all on symbolic links; extended attributes, ACLs and ` +
    'holes are not kept, the nodump flag is not seen, and FIFOs and device nodes cannot be restored'
  );
}
