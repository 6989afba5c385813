/** The paths of the product for a network, by its name. */
export const predictPath = (network: string): string => `/v1/models/${network}:predict`;
export const inferPath = (network: string): string => `/v2/models/${network}/infer`;
