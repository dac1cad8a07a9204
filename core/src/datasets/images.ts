import { checkRecord } from '../check-argument.js';
import { checkNumber } from '../check-number.js';
import { createRandom } from '../random.js';

/** Grey images with ground truth. */
export interface LabeledImages {
  /** `size` × `size` values 0…1 each, row by row. */
  readonly images: readonly Float32Array[];
  /** One per image, 1 = it shows a defect. */
  readonly labels: Uint8Array;
  readonly size: number;
}

/**
 * Images of a striped surface, 28 × 28, in a random direction with a random phase and noise; a share of them has a
 * defect: a scratch, a stain or a patch where the stripes stop.
 * @throws HeedError bad-option
 */
export function generateImages(
  options: { count?: number; seed?: number; defects?: number } = {},
): LabeledImages {
  checkRecord('options', options);
  const { count = 240, seed = 0, defects = 0.3 } = options;
  checkNumber('the number of images', count, { min: 10, max: 1_000_000, whole: true });
  checkNumber('the share with defects', defects, { above: 0, below: 1 });
  const size = 28;
  const random = createRandom(seed);
  const labels = Uint8Array.from({ length: count }, () => (random.chance(defects) ? 1 : 0));
  const images = Array.from(labels, (label) => {
    const image = new Float32Array(size * size);
    const angle = random.uniform(0, Math.PI);
    const [dx, dy] = [Math.cos(angle), Math.sin(angle)];
    const phase = random.uniform(0, 2 * Math.PI);
    const kind = random.integer(0, 2);
    const [cx, cy] = [random.uniform(7, 21), random.uniform(7, 21)];
    const scratch = random.uniform(0, Math.PI);
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        let value = 0.5 + 0.3 * Math.sin((2 * Math.PI * (x * dx + y * dy)) / 7 + phase);
        if (label) {
          const [u, v] = [x - cx, y - cy];
          const along = Math.abs(u * Math.cos(scratch) + v * Math.sin(scratch));
          const across = Math.abs(-u * Math.sin(scratch) + v * Math.cos(scratch));
          if (kind === 0 && across < 0.8 && along < 8) value = 1;
          if (kind === 1 && u * u + v * v < 12) value -= 0.45;
          if (kind === 2 && Math.abs(u) < 5 && Math.abs(v) < 5) value = 0.5;
        }
        image[y * size + x] = Math.max(0, Math.min(1, value + random.normal(0, 0.05)));
      }
    }
    return image;
  });
  return { images, labels, size };
}
