import type { Connection } from './connection.ts';
import { isDirectoryPath, splitPath } from './entry-path.ts';
import { RecentMap } from './recent-map.ts';

/**
 * Table DirectoryPath: the directories that jobs have seen, as a tree. Each has a number, the number of the directory
 * above it and its own name, with the '/' at its end. A number is given once the one above has been, so it is always larger.
 */

/** Holds the roots: "/", and drives. Its path is empty. */
export const TOP_ID = 1;

/** Paths remembered, or twice as many: with their keys a few megabytes. */
const REMEMBERED_MAX = 10_000;

const CHILD = 'SELECT PathId FROM DirectoryPath WHERE ParentId = :parentId AND Name = :name';
const ADD_CHILD = 'INSERT INTO DirectoryPath (ParentId, Name) VALUES (:parentId, :name)';
const PARENT_AND_NAME = 'SELECT ParentId, Name FROM DirectoryPath WHERE PathId = :pathId';

/** undefined for a directory that no job has seen. */
export function findPathId(db: Connection, path: Buffer): number | undefined {
  if (path.length === 0) return TOP_ID;
  if (!isDirectoryPath(path)) return undefined;
  const { parent, name } = splitPath(path);
  const parentId = findPathId(db, parent);
  return parentId === undefined ? undefined : findChildId(db, parentId, name);
}

/** PathIds of directories, in the order of the paths; null for one that no job has seen. */
export function pathIds(db: Connection, paths: readonly Buffer[]): (number | null)[] {
  return paths.map((path) => findPathId(db, path) ?? null);
}

const IS_DIRECTORY = 'SELECT 1 FROM DirectoryPath WHERE PathId = :pathId';

/** undefined when no directory has this number. */
export function pathOfId(db: Connection, pathId: number): Buffer | undefined {
  if (db.value(IS_DIRECTORY, { pathId }) === undefined) return undefined;
  return directoryTreeOf(db).node(pathId).path;
}

/** @param name with the '/'. */
export function findChildId(db: Connection, parentId: number, name: Buffer): number | undefined {
  return db.value<number>(CHILD, { parentId, name });
}

/** Gives directories their numbers, on first sight. Remembers those used last: a job asks for each a few times. */
export class PathIds {
  readonly #db: Connection;
  /** By the path's bytes as Latin-1 text. */
  readonly #ids = new RecentMap<string, number>(REMEMBERED_MAX);
  #last: { path: Buffer; id: number } | undefined;

  constructor(db: Connection) {
    this.#db = db;
    db.onRollback(() => this.#forget());
  }

  /** @param path of a directory. */
  idOf(path: Buffer): number {
    if (this.#last?.path.equals(path)) return this.#last.id;
    const key = path.toString('latin1');
    let id = this.#ids.get(key);
    if (id === undefined) this.#ids.set(key, (id = this.#findOrAdd(path)));
    this.#last = { path, id };
    return id;
  }

  #findOrAdd(path: Buffer): number {
    if (path.length === 0) return TOP_ID;
    const { parent, name } = splitPath(path);
    const parentId = this.idOf(parent);
    return findChildId(this.#db, parentId, name) ?? this.#db.run(ADD_CHILD, { parentId, name }).insertedId;
  }

  #forget(): void {
    this.#ids.clear();
    this.#last = undefined;
  }
}

export interface DirectoryNode {
  /** undefined at the top. */
  readonly parentId: number | undefined;
  /** With the '/'. */
  readonly name: Buffer;
  readonly path: Buffer;
}

/** The way back from numbers to paths. Rows of DirectoryPath never change, so what is remembered stays true. */
export class DirectoryTree {
  readonly #db: Connection;
  readonly #nodes = new RecentMap<number, DirectoryNode>(REMEMBERED_MAX);

  constructor(db: Connection) {
    this.#db = db;
  }

  node(pathId: number): DirectoryNode {
    let node = this.#nodes.get(pathId);
    if (node === undefined) this.#nodes.set(pathId, (node = this.#load(pathId)));
    return node;
  }

  /** The path of what lies under this name in the directory. */
  pathOf(pathId: number, name: Buffer): Buffer {
    return Buffer.concat([this.node(pathId).path, name]);
  }

  /** Numbers of the directories above, the nearest first, without the top. */
  ancestorsOf(pathId: number): number[] {
    const ancestors: number[] = [];
    for (
      let id = this.node(pathId).parentId;
      id !== undefined && id !== TOP_ID;
      id = this.node(id).parentId
    ) {
      ancestors.push(id);
    }
    return ancestors;
  }

  #load(pathId: number): DirectoryNode {
    const row = this.#db.get<{ ParentId: number; Name: Buffer }>(PARENT_AND_NAME, { pathId });
    if (row === undefined) throw new Error(`directory ${pathId} is not in the catalog`);
    const { ParentId, Name: name } = row;
    if (pathId === TOP_ID) return { parentId: undefined, name, path: name };
    return { parentId: ParentId, name, path: Buffer.concat([this.node(ParentId).path, name]) };
  }
}

const trees = new WeakMap<Connection, DirectoryTree>();

export function directoryTreeOf(db: Connection): DirectoryTree {
  let tree = trees.get(db);
  if (tree === undefined) trees.set(db, (tree = new DirectoryTree(db)));
  return tree;
}
