/** As Keras makes names of classes: `BatchNormalization` is batch_normalization, `Conv2D` conv2d. */
export function snakeCase(name: string): string {
  return name
    .replaceAll(/\W+/g, '')
    .replaceAll(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}
