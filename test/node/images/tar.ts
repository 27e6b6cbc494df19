/** An entry of a tar archive. Names have no leading slash; owner is root and time is the epoch, so that equal entries give equal bytes. */
export type Entry =
  | { readonly name: string; readonly folder: true; readonly mode: number }
  | { readonly name: string; readonly content: Uint8Array; readonly mode: number }
  | { readonly name: string; readonly target: string };

const blockSize = 512;

/** A tar archive in the ustar format of POSIX.1-1988. */
export function tar(entries: readonly Entry[]): Buffer {
  const blocks = entries.flatMap((entry) => {
    const content = 'content' in entry ? entry.content : new Uint8Array();
    const padding = new Uint8Array((blockSize - (content.length % blockSize)) % blockSize);
    return [header(entry, content.length), content, padding];
  });
  return Buffer.concat([...blocks, Buffer.alloc(2 * blockSize)]);
}

function header(entry: Entry, size: number): Buffer {
  const block = Buffer.alloc(blockSize);
  const text = (value: string, offset: number, length: number) => {
    if (Buffer.byteLength(value) > length) throw new Error(`"${value}" is too long for a ustar header`);
    block.write(value, offset);
  };
  const number = (value: number, offset: number, length: number) => {
    text(value.toString(8).padStart(length - 1, '0'), offset, length);
  };
  const link = 'target' in entry;
  text(entry.name, 0, 100);
  number(link ? 0o777 : entry.mode, 100, 8);
  for (const owner of [108, 116]) number(0, owner, 8);
  number(size, 124, 12);
  number(0, 136, 12);
  text('folder' in entry ? '5' : link ? '2' : '0', 156, 1);
  if (link) text(entry.target, 157, 100);
  text('ustar\0' + '00', 257, 8);
  // The checksum is computed with its own field as spaces.
  block.fill(' ', 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  text(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 8);
  return block;
}
