import { showPath, type BytePath } from '../byte-path.ts';
import { errnoText } from '../errno-text.ts';

/** Something the job report should say about a file. */
export interface FileNotice {
  /**
   * `notSaved`: was to be saved and is not, or not whole: counted as an error of the job. `skipped`: the rules leave it
   * out, worth a word to those who ask for all (the usual Messages do not). `info`: worth a word to everybody, such as a
   * whole file system that is left out. `warning`: saved, but see the text. `restored`: a line as of `ls -l`, for those
   * who ask for it.
   */
  readonly type: 'info' | 'warning' | 'notSaved' | 'skipped' | 'error' | 'restored';
  /** Empty when it speaks of no single file. */
  readonly path: BytePath;
  /** Names the path too, printably. */
  readonly text: string;
}

/** `Could not stat "/x": ERR=Permission denied`. */
export function failedTo(verb: string, path: BytePath, error: unknown): FileNotice {
  return { type: 'notSaved', path, text: `Could not ${verb} "${showPath(path)}": ERR=${errnoText(error)}` };
}
