import type { Network } from '../networks/network.ts';
import type { Stage, WorkerSpecification } from './stage.ts';

/**
 * Something that runs networks. A Worker's engine brings its Workers, which stand on one stage with the others';
 * one that is a process of its own is started once and told which network to open.
 */
export interface Engine {
  readonly name: string;
  /** One line for the legend. */
  readonly description: string;
  /** It computes nothing: it shows what HTTP alone costs. */
  readonly isFloor: boolean;
  readonly workers: readonly WorkerSpecification[];
  /** Makes a network ready to be asked for. Undefined: it cannot run this one. */
  open(network: Network, stage: Stage): Promise<OpenNetwork | undefined>;
  stop(): Promise<void>;
}

/** A network ready in an engine. */
export interface OpenNetwork {
  /** Where predict requests go over HTTP; undefined for an engine that only computes. */
  readonly predict?: URL;
  /** The same with binary tensors; undefined for an engine that has no such protocol. */
  readonly infer?: URL;
  /** Where the network is run in a loop in the engine's own process; undefined for a server without compute. */
  readonly compute?: URL;
  /** The process that computes, where it is known. */
  readonly processId?: number | undefined;
}
