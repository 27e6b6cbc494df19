import { printable } from '../text/printable.js';

/** 0: success; 1: problems were found; 2: the command was used incorrectly. */
export type ExitStatus = 0 | 1 | 2;

/** Ends a command with one line for its user. */
export class Failure extends Error {
  override readonly name = 'Failure';

  constructor(
    readonly status: ExitStatus,
    message: string,
  ) {
    super(message);
  }
}

/** A path that the user gave, for a message. Something of several lines is not repeated: it may be a private key. */
export function givenPath(given: string): string {
  return /[\r\n]/.test(given) ? 'an argument of several lines' : printable(given);
}

/** The reason for an operating system error, in words. */
export function reasonOf(error: unknown): string {
  const code = codeOf(error);
  return (code && reasons[code]) ?? (error instanceof Error ? error.message : String(error));
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** The file or folder that the operating system error concerns. */
export function pathOf(error: unknown): string | undefined {
  return error instanceof Error && 'path' in error && typeof error.path === 'string' ? error.path : undefined;
}

const reasons: { readonly [code: string]: string } = {
  EACCES: 'permission denied',
  EBUSY: 'it is in use',
  EDQUOT: 'the disk quota is used up',
  EEXIST: 'something of this name exists already',
  EISDIR: 'it is a directory',
  ELOOP: 'its symbolic links lead back to themselves',
  EMFILE: 'too many files are open',
  ENAMETOOLONG: 'the name is too long',
  ENOENT: 'no such file or directory',
  ENOSPC: 'no space is left on the disk',
  ENOTDIR: 'a part of its path is not a directory',
  EPERM: 'the operation is not permitted',
  EPIPE: 'its reader closed it before everything was written',
  EROFS: 'the file system is read-only',
};
