import type { BytePath } from '../byte-path.ts';
import { isBpipe, parseBpipe, PluginRefused, type BpipePlugin } from '../plugins/bpipe.ts';
import type { EntryOptions } from './entry-options.ts';

/** A file whose content a plugin makes. It is saved behind all others, and always. */
export interface PluginFile {
  readonly plugin: BpipePlugin;
  /** As of the File entries of its Include. */
  readonly options: EntryOptions;
}

/**
 * The files of the Plugin lines of a FileSet; lines of plugins that are not here are left for a message.
 * @throws PluginRefused
 */
export function pluginFilesOf(
  includes: readonly { readonly plugins: readonly string[]; readonly options: EntryOptions }[],
): PluginFile[] {
  const files = new Map<BytePath, PluginFile>();
  for (const { plugins, options } of includes) {
    for (const line of plugins.filter(isBpipe)) {
      const plugin = parseBpipe(line);
      if (files.has(plugin.path))
        throw new PluginRefused(`Plugin "${line}": another Plugin line has the same file`);
      files.set(plugin.path, { plugin, options });
    }
  }
  return [...files.values()];
}
