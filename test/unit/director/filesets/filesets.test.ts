import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { fileSetDigest } from '../../../../director/filesets/fileset-digest.ts';
import { fileSetMessage } from '../../../../director/filesets/fileset-message.ts';
import { Codec } from '../../../../proto/noctule/filedaemon/v1/fileset.ts';
import { DigestAlgorithm } from '../../../../proto/noctule/record/v1/file_record.ts';
import { scratchDirectory } from '../scratch-directory.ts';
import { named, siteConf } from '../site.ts';

const directory = scratchDirectory();
const context = { allowCompression: true, codes: { n: 'Night' }, signal: new AbortController().signal };

function fileSet(body: string) {
  const conf = siteConf(directory, { extra: `FileSet {\n Name = Test\n${body}\n}` });
  return named(conf.fileSets, 'Test');
}

const OPTIONS = 'Options { signature = SHA1; compression = GZIP; wildfile = "*.bak" }';

describe('the digest of a FileSet', () => {
  const digest = (body: string) => fileSetDigest(fileSet(body));
  const base = digest(`Include { ${OPTIONS}\n File = /home\n File = /data\n}`);

  test('changes with a File line of an Include or Exclude, and with their order', () => {
    const others = [
      `Include { ${OPTIONS}\n File = /home\n}`,
      `Include { ${OPTIONS}\n File = /data\n File = /home\n}`,
      `Include { ${OPTIONS}\n File = /home\n File = /data\n}\nExclude { File = /proc }`,
    ].map(digest);
    expect(new Set([base, ...others]).size).toBe(4);
  });

  test('does not change with options or patterns', () => {
    expect(digest('Include { Options { signature = MD5 }\n File = /home\n File = /data\n}')).toBe(base);
  });

  test('never changes with Ignore FileSet Changes', () => {
    const ignoring = (files: string) => digest(`Ignore FileSet Changes = yes\nInclude { ${files}\n}`);
    expect(ignoring('File = /home')).toBe(ignoring('File = /data'));
  });
});

describe('a FileSet as the client is told it', () => {
  test('has its options in order, with patterns as bytes', async () => {
    const { includes } = await fileSetMessage(fileSet(`Include { ${OPTIONS}\n File = /home\n}`), context);
    expect(includes[0]?.options[0]).toMatchObject({
      signature: DigestAlgorithm.SHA1,
      compression: { codec: Codec.GZIP, level: 6 },
      oneFs: true,
      wildFile: [Buffer.from('*.bak')],
    });
    expect(includes[0]?.files).toEqual([Buffer.from('/home')]);
  });

  test('is not compressed where the storage allows none', async () => {
    const plain = { ...context, allowCompression: false };
    const { includes } = await fileSetMessage(fileSet(`Include { ${OPTIONS}\n File = /home\n}`), plain);
    expect(includes[0]?.options[0]?.compression).toBeUndefined();
  });

  test('has the lists of the Director expanded and those of the client as written', async () => {
    const list = path.join(directory, 'list');
    writeFileSync(list, Buffer.from('/one\n\n/tw\xffo\n/three', 'latin1'));
    const body = `Include {
      File = /plain
      File = "<${list}"
      File = "|echo /of/%n"
      File = "\\\\<on-client"
    }
    Exclude { File = "\\\\|find /proc" }`;
    const { includes, clientExcludeLists } = await fileSetMessage(fileSet(body), context);
    expect(includes[0]?.files).toEqual([
      Buffer.from('/plain'),
      Buffer.from('/one'),
      Buffer.from('/tw\xffo', 'latin1'),
      Buffer.from('/three'),
      Buffer.from('/of/Night'),
    ]);
    expect(includes[0]?.clientFileLists).toEqual(['<on-client']);
    expect(clientExcludeLists).toEqual(['|find /proc']);
  });

  test('whose lists are too long for a message is refused, also when each by itself would fit', async () => {
    const list = path.join(directory, 'long-list');
    writeFileSync(list, `/${'x'.repeat(199)}\n`.repeat(8_000));
    const one = `Include { File = "<${list}" }`;
    expect((await fileSetMessage(fileSet(one), context)).includes[0]?.files).toHaveLength(8_000);
    await expect(fileSetMessage(fileSet(`${one}\n${one}`), context)).rejects.toThrow(
      'take more than 3145728 bytes',
    );
  });

  test.each([
    ['<${directory}/none', 'no such file'],
    ['|/bin/false', 'ended with status 1'],
    ['|/no/such/program', 'there is no such program'],
  ])('with the list %s is refused with the reason', async (line, reason) => {
    const body = `Include { File = "${line.replace('${directory}', directory)}" }`;
    await expect(fileSetMessage(fileSet(body), context)).rejects.toThrow(reason);
  });
});
