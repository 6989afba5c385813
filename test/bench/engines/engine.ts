import type { Network } from '../networks/network.ts';
import type { Stage, WorkerSpecification } from './stage.ts';

/**
 * Something that runs networks. The engine of a Worker provides its Workers, which run on one stage with those of the
 * other engines. An engine with its own process is started once and opens the networks that it is told.
 */
export interface Engine {
  readonly name: string;
  /** One line for the legend. */
  readonly description: string;
  /** True if it computes nothing and shows the cost of HTTP alone. */
  readonly isFloor: boolean;
  readonly workers: readonly WorkerSpecification[];
  /** Prepares a network for requests. Undefined if the engine cannot run it. */
  open(network: Network, stage: Stage): Promise<OpenNetwork | undefined>;
  stop(): Promise<void>;
}

/** A network that an engine has prepared. */
export interface OpenNetwork {
  /** The address of predict requests; undefined for an engine that only computes. */
  readonly predict?: URL;
  /** The address of requests with binary tensors; undefined for an engine without such a protocol. */
  readonly infer?: URL;
  /** The address that runs the network in a loop in the engine's process; undefined for a server without compute. */
  readonly compute?: URL;
  /** The process that computes, if it is known. */
  readonly processId?: number | undefined;
}
