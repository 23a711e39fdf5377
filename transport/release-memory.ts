/**
 * Gives the memory behind a large buffer back at once. The collector would let some 64 MiB of dead buffers pile up in
 * each thread before it looks at them, since they are small objects to it. To be called by whoever knows that nobody else
 * holds a view of that memory; all views of it are empty from then on.
 */
export function releaseMemory(memory: ArrayBufferLike): void {
  if (isNoPool(memory)) memory.transfer(0);
}

/** Whether it is more than the pool that Buffers of a few KiB share. */
export function isNoPool(memory: ArrayBufferLike): memory is ArrayBuffer {
  return memory instanceof ArrayBuffer && memory.byteLength > Buffer.poolSize;
}

/** Whether the bytes are all there is in their memory, so that no view of other bytes can be. */
export function ownsMemory(bytes: Uint8Array): bytes is Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength;
}
