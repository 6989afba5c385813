import { createHash, createHmac } from 'node:crypto';
import { join } from 'node:path';

/** The class of Miniflare's Durable Objects that hold buckets. */
const BUCKET_CLASS = 'miniflare-R2BucketObject';

/** Where Miniflare keeps a bucket: the objects' descriptions in a database, and their bytes in one file each. */
export interface BucketFiles {
  readonly database: string;
  readonly blobs: string;
}

/**
 * Returns where Miniflare keeps a bucket.
 *
 * @param persistence the folder in which Miniflare keeps its state
 */
export function bucketFiles(persistence: string, bucket: string): BucketFiles {
  const folder = join(persistence, 'r2');
  return {
    database: join(folder, BUCKET_CLASS, `${durableObjectId(BUCKET_CLASS, bucket)}.sqlite`),
    blobs: join(folder, bucket, 'blobs'),
  };
}

/** Returns the id that workerd gives to the object of a name: a digest of the name, and a digest of that. */
function durableObjectId(objectClass: string, name: string): string {
  const key = createHash('sha256').update(objectClass).digest();
  const half = (data: string | Buffer) => createHmac('sha256', key).update(data).digest().subarray(0, 16);
  const named = half(name);
  return Buffer.concat([named, half(named)]).toString('hex');
}
