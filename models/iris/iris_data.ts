/** The three species, in the order of the model's outputs. */
export const species = ['setosa', 'versicolor', 'virginica'] as const;

/** One measured flower: sepal length and width, petal length and width, in centimeters. */
export interface Flower {
  readonly centimetres: [number, number, number, number];
  /** Index into `species`. */
  readonly label: number;
}

/** Reads `iris.csv`: a header line, then four lengths and the species per line. */
export function parseIris(csv: string): Flower[] {
  const [, ...lines] = csv.trimEnd().split('\n');
  return lines.map((line, index) => {
    const [sepalLength, sepalWidth, petalLength, petalWidth, name] = line.split(',');
    // biome-ignore lint/complexity/useIndexOf: the name may be any text, and indexOf takes only a species.
    const label = species.findIndex((known) => known === name);
    const centimetres: Flower['centimetres'] = [
      Number(sepalLength),
      Number(sepalWidth),
      Number(petalLength),
      Number(petalWidth),
    ];
    if (label < 0 || centimetres.some((length) => !(length > 0))) {
      throw new Error(`line ${index + 2} of the iris data is not four lengths and a species: ${line}`);
    }
    return { centimetres, label };
  });
}
