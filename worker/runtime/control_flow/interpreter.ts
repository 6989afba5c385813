import type { NamedTensorsMap } from '@tensorflow/tfjs-converter/dist/data/types.js';
import type { ExecutionContext } from '@tensorflow/tfjs-converter/dist/executor/execution_context.js';
import type { ResourceManager } from '@tensorflow/tfjs-converter/dist/executor/resource_manager.js';
import { executeOp } from '@tensorflow/tfjs-converter/dist/operations/operation_executor.js';
import type { Graph, Node } from '@tensorflow/tfjs-converter/dist/operations/types.js';
import type { Tensor } from '@tensorflow/tfjs-core';
import { ExecutionError } from '../loaded_model.ts';
import { andThen, type ValueOrPromise } from '../value_or_promise.ts';
import { ARRAY_OPERATIONS } from './array_operations.ts';
import { HeldTensors } from './held_tensors.ts';
import type { ListCall } from './list_call.ts';
import { LIST_OPERATIONS } from './list_operations.ts';
import { Rounds } from './rounds.ts';
import { createRoutine, type Routine, type Source, sourceOf } from './routine.ts';

const CASES: ReadonlySet<string> = new Set(['Case', 'StatelessCase']);

/** True if the interpreter computes the operation without tfjs: on lists or arrays of tensors, or a choice of functions. */
export function isInterpreted(operation: string): boolean {
  return (
    CASES.has(operation) ||
    Object.hasOwn(LIST_OPERATIONS, operation) ||
    Object.hasOwn(ARRAY_OPERATIONS, operation)
  );
}

/** The arguments of tfjs's operations. */
export interface Environment {
  readonly context: ExecutionContext;
  readonly resources: ResourceManager | undefined;
}

/**
 * Computes graphs with loops, conditions that call functions, and lists of tensors. When a function ends, tfjs's own
 * executor frees the tensors that it wrote into a list unless the function returns them. Here a tensor is freed when
 * neither a node nor a list needs it.
 */
export class Interpreter {
  readonly #graph: Graph;
  /** The results of each function in TensorFlow's form. tfjs's form does not say which output of a node a result is. */
  readonly #results: ReadonlyMap<string, readonly Source[]>;
  readonly #functions = new Map<string, Routine>();
  readonly #routines = new Map<string, Routine>();

  /** @param results the results of each function by its name */
  constructor(graph: Graph, results: ReadonlyMap<string, readonly Source[]>) {
    this.#graph = graph;
    this.#results = results;
  }

  /**
   * Computes some tensors of the graph.
   *
   * @param inputs the tensors of nodes by their names
   * @returns the tensors of `outputs`, in their order
   * @throws ExecutionError
   */
  async execute(
    inputs: ReadonlyMap<string, Tensor>,
    outputs: readonly Source[],
    environment: Environment,
  ): Promise<Tensor[]> {
    const { weightMap } = environment.context;
    const names = [...inputs.keys()];
    const key = JSON.stringify([names, outputs]);
    const routine =
      this.#routines.get(key) ??
      createRoutine(this.#graph, names, outputs, (name) => Object.hasOwn(weightMap, name));
    this.#routines.set(key, routine);
    const execution = new Execution((name) => this.#function(name, weightMap), environment);
    return execution.run(routine, [...inputs.values()]);
  }

  #function(name: string, weights: NamedTensorsMap): Routine {
    const known = this.#functions.get(name);
    if (known !== undefined) return known;
    const graph = this.#graph.functions?.[name];
    const results = this.#results.get(name);
    if (graph === undefined || results === undefined)
      throw new ExecutionError(`there is no function ${name}`);
    const inputs = graph.inputs.map((input) => input.name);
    const routine = createRoutine(graph, inputs, results, (node) => Object.hasOwn(weights, node));
    this.#functions.set(name, routine);
    return routine;
  }
}

/** One execution of a graph. */
class Execution {
  readonly #function: (name: string) => Routine;
  readonly #environment: Environment;
  readonly #held = new HeldTensors();
  readonly #rounds = new Rounds();

  constructor(called: (name: string) => Routine, environment: Environment) {
    this.#function = called;
    this.#environment = environment;
  }

  async run(routine: Routine, inputs: readonly Tensor[]): Promise<Tensor[]> {
    try {
      // The caller owns them, however often the graph uses them.
      for (const input of inputs) this.#held.hold(input);
      return await this.#call(routine, inputs);
    } finally {
      this.#held.dispose();
    }
  }

  /** Computes a routine and holds its results. */
  async #call(routine: Routine, inputs: readonly Tensor[]): Promise<Tensor[]> {
    const tensors: NamedTensorsMap = Object.create(this.#environment.context.weightMap);
    for (const [index, name] of routine.inputs.entries()) {
      const input = inputs[index];
      if (input === undefined) throw new ExecutionError(`a function lacks its argument ${name}`);
      tensors[name] = [input];
    }
    const uses = new Map(routine.uses);
    for (const node of routine.nodes) {
      const computed = this.#compute(node, tensors);
      tensors[node.name] = computed instanceof Promise ? await computed : computed;
      for (const name of node.inputNames) this.#use(sourceOf(name).node, uses, tensors);
    }
    const results = routine.results.map((source) => {
      const result = tensorOf(source, tensors);
      this.#held.hold(result);
      return result;
    });
    for (const { node } of routine.results) this.#use(node, uses, tensors);
    return results;
  }

  /** Counts a use of a node's results and frees them after the last one. */
  #use(name: string, uses: Map<string, number>, tensors: NamedTensorsMap): void {
    const count = uses.get(name);
    if (count === undefined) return;
    uses.set(name, count - 1);
    if (count === 1) this.#release(tensors[name] ?? []);
  }

  #release(tensors: readonly (Tensor | undefined)[]): void {
    for (const tensor of tensors) if (tensor !== undefined) this.#held.release(tensor);
  }

  /** Computes a node and holds its results. */
  #compute(node: Node, tensors: NamedTensorsMap): ValueOrPromise<Tensor[]> {
    switch (node.op) {
      case 'While':
      case 'StatelessWhile':
        return this.#loop(node, tensors);
      case 'If':
      case 'StatelessIf':
        return this.#branch(node, tensors);
      case 'Case':
      case 'StatelessCase':
        return this.#case(node, tensors);
    }
    const operation = OPERATIONS.get(node.op);
    if (operation !== undefined) return this.#hold(operation(listCall(node, tensors), this.#held));
    const { context, resources } = this.#environment;
    const computed = executeOp(node, tensors, context, resources);
    return andThen(computed, (results) => this.#hold(results));
  }

  #hold(tensors: Tensor[]): Tensor[] {
    for (const tensor of tensors) if (tensor !== undefined) this.#held.hold(tensor);
    return tensors;
  }

  async #loop(node: Node, tensors: NamedTensorsMap): Promise<Tensor[]> {
    const condition = this.#function(functionName(node, 'cond'));
    const body = this.#function(functionName(node, 'body'));
    let state = this.#hold(firstInputs(node, tensors, body.inputs.length, 0));
    for (;;) {
      const decision = await this.#call(condition, state);
      const goesOn = decision[0] !== undefined && isTrue(decision[0]);
      this.#release(decision);
      if (!goesOn) return state;
      this.#rounds.begin(node.name);
      const next = await this.#call(body, state);
      this.#release(state);
      state = next;
    }
  }

  async #branch(node: Node, tensors: NamedTensorsMap): Promise<Tensor[]> {
    const [condition] = firstInputs(node, tensors, 1, 0);
    const taken = condition !== undefined && isTrue(condition) ? 'then_branch' : 'else_branch';
    const routine = this.#function(functionName(node, taken));
    return this.#call(routine, firstInputs(node, tensors, routine.inputs.length, 1));
  }

  async #case(node: Node, tensors: NamedTensorsMap): Promise<Tensor[]> {
    const [index] = firstInputs(node, tensors, 1, 0);
    const [number = -1] = index?.dataSync() ?? [];
    const routine = this.#function(chosenFunction(node, number));
    return this.#call(routine, firstInputs(node, tensors, routine.inputs.length, 1));
  }
}

/** The function of a Case. A number of none of them stands for the last one, as in TensorFlow. */
function chosenFunction({ name, rawAttrs }: Node, index: number): string {
  const functions = rawAttrs?.branches?.list?.func ?? [];
  const called = functions[index] ?? functions.at(-1);
  if (called?.name === undefined || called.name === null)
    throw new ExecutionError(`the node ${name} names no functions as its branches`);
  return called.name;
}

const OPERATIONS = new Map(Object.entries({ ...LIST_OPERATIONS, ...ARRAY_OPERATIONS }));

function tensorOf({ node, index }: Source, tensors: NamedTensorsMap): Tensor {
  const tensor = tensors[node]?.[index];
  if (tensor === undefined) throw new ExecutionError(`the node ${node} gave no output ${index}`);
  return tensor;
}

/**
 * Returns `count` inputs from `start` on. The inputs after them are control dependencies, which tfjs does not
 * distinguish from tensors.
 */
function firstInputs(node: Node, tensors: NamedTensorsMap, count: number, start: number): Tensor[] {
  return node.inputNames.slice(start, start + count).map((name) => tensorOf(sourceOf(name), tensors));
}

function functionName({ name, rawAttrs }: Node, attribute: string): string {
  const called = rawAttrs?.[attribute]?.func?.name;
  if (called === undefined || called === null)
    throw new ExecutionError(`the node ${name} names no function as its ${attribute}`);
  return called;
}

/** Evaluates a condition as TensorFlow does: true for a number other than zero and for a tensor with elements. */
function isTrue(condition: Tensor): boolean {
  if (condition.rank > 0) return condition.size > 0;
  const [value] = condition.dataSync();
  return Boolean(value);
}

function listCall(node: Node, tensors: NamedTensorsMap): ListCall {
  return {
    name: `${node.op} ${node.name}`,
    input: (index) => {
      const name = node.inputNames[index];
      if (name === undefined) throw new ExecutionError(`the node ${node.name} lacks its input ${index}`);
      return tensorOf(sourceOf(name), tensors);
    },
    attribute: (name) => node.rawAttrs?.[name],
    parsed: (name) => node.attrParams[name]?.value,
  };
}
