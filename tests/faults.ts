/** The faults that `tests/mutate.ts` can put into a module: what each operator makes of its code. */

import { ts } from "./compiler.ts";

// deno-lint-ignore no-explicit-any -- the types would have to be fetched, too
type Node = any;

/** A fault: what takes the place of some of a module's text. */
export interface Fault {
  path: string;
  operator: string;
  /** Where it stands, for its reader. */
  line: number;
  /** Where it stands in the text: from here up to there. */
  start: number;
  end: number;
  /** What stood there, and what stands there with the fault in. */
  was: string;
  becomes: string;
  /** The text of the line it begins in, and its place in that: it's found again by these when the module has changed. */
  context: string;
  column: number;
}

/** The operators, each with what it does; those of two signs swap them. */
export const OPERATORS: Record<string, string> = {
  condition: "negates what an if, a loop or a conditional expression asks",
  not: "leaves out a negation",
  logic: "swaps && and ||",
  operand: "keeps one side of &&, || or ??",
  equality: "swaps === and !==",
  bound: "swaps < and <=, or > and >=",
  sum: "swaps + and -, += and -=, ++ and --",
  product: "swaps * and /, and makes % a product",
  bits: "swaps & and |, &= and |=, << and >>",
  truth: "swaps true and false",
  number: "halves a number, and makes one of none",
  text: "empties a text that isn't words for people",
  statement: "leaves out a statement that is an expression",
  await: "leaves out an await",
  return: "returns at once from a function without a result",
  throw: "leaves out a throw",
  jump: "leaves out a break, a continue or an early return",
  else: "leaves out an else",
  argument: "leaves out a call's last argument",
  order: "swaps a call's first two arguments",
  property: "leaves out a property of an object",
};

const SWAPPED: Record<string, [operator: string, other: string]> = {
  "&&": ["logic", "||"],
  "||": ["logic", "&&"],
  "===": ["equality", "!=="],
  "!==": ["equality", "==="],
  "<": ["bound", "<="],
  "<=": ["bound", "<"],
  ">": ["bound", ">="],
  ">=": ["bound", ">"],
  "+": ["sum", "-"],
  "-": ["sum", "+"],
  "+=": ["sum", "-="],
  "-=": ["sum", "+="],
  "*": ["product", "/"],
  "/": ["product", "*"],
  "%": ["product", "*"],
  "&": ["bits", "|"],
  "|": ["bits", "&"],
  "&=": ["bits", "|="],
  "|=": ["bits", "&="],
  "<<": ["bits", ">>"],
  ">>": ["bits", "<<"],
};

/** All faults that the operators make of a module's code: not of its types, imports and comments. */
export function faultsIn(path: string, source: string): Fault[] {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true);
  const lines = source.split("\n");
  const faults: Fault[] = [];
  const replace = (operator: string, start: number, end: number, becomes: string) => {
    const line = file.getLineAndCharacterOfPosition(start).line;
    const was = source.slice(start, end);
    const context = lines[line]!.trim();
    const column = start - lineStart(source, start) - lines[line]!.indexOf(context);
    faults.push({ path, operator, line: line + 1, start, end, was, becomes, context, column });
  };
  const visit = (node: Node): void => {
    if (isSilent(node)) return;
    for (const [operator, at, becomes] of faultsOf(node)) {
      replace(operator, at.getStart(), at.getEnd(), becomes);
    }
    const first = firstStatement(node);
    if (first) replace("return", first.getStart(), first.getStart(), "return; ");
    const unreached = unreachedBranch(node);
    ts.forEachChild(node, (child: Node) => {
      if (child !== unreached) visit(child);
    });
  };
  visit(file);
  return faults;
}

/** The text of a module with a fault in it, or `undefined` if the module has changed there. */
export function withFault(source: string, fault: Fault): string | undefined {
  const { start, was, becomes, context, column } = fault;
  const places = [...source.matchAll(/^.*$/gm)].filter(([line]) => line.trim() === context)
    .map(({ 0: line, index }) => index + line.indexOf(context) + column)
    .filter((at) => source.startsWith(was, at));
  const at = places.includes(start) ? start : places.length === 1 ? places[0]! : undefined;
  if (at === undefined) return undefined;
  return source.slice(0, at) + becomes + source.slice(at + was.length);
}

function lineStart(source: string, at: number): number {
  return source.lastIndexOf("\n", at - 1) + 1;
}

/** Whether it isn't code: nothing in it is run. */
function isSilent(node: Node): boolean {
  return ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node) ||
    ts.isImportDeclaration(node) || ts.isExportDeclaration(node) ||
    ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) ||
    (node.modifiers ?? []).some((one: Node) => one.kind === ts.SyntaxKind.DeclareKeyword);
}

/** The side of a conditional expression that runs on other systems only: no test can notice anything there. */
function unreachedBranch(node: Node): Node | undefined {
  if (!ts.isConditionalExpression(node)) return undefined;
  const [, system] = /^Deno\.build\.os === "(\w+)"$/.exec(node.condition.getText()) ?? [];
  if (system === undefined) return undefined;
  return system === Deno.build.os ? node.whenFalse : node.whenTrue;
}

/** What the operators do to one node itself. */
function* faultsOf(node: Node): Generator<[operator: string, at: Node, becomes: string]> {
  const { SyntaxKind } = ts;
  const condition = conditionOf(node);
  if (condition) yield ["condition", condition, negated(condition)];
  if (ts.isIfStatement(node) && node.elseStatement) yield ["else", node.elseStatement, "{}"];
  if (ts.isExpressionStatement(node) && !/^super\b/.test(node.getText())) {
    yield ["statement", node, ";"];
  }
  if (ts.isThrowStatement(node)) yield ["throw", node, ";"];
  if (ts.isBreakOrContinueStatement(node) || ts.isReturnStatement(node) && !node.expression) {
    yield ["jump", node, ";"];
  }
  if (ts.isAwaitExpression(node)) yield ["await", node, node.expression.getText()];
  if (ts.isBinaryExpression(node)) yield* faultsOfBinary(node);
  if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) {
    const operand = node.operand.getText();
    const text = node.getText();
    if (node.operator === SyntaxKind.ExclamationToken && conditionOf(node.parent) !== node) {
      yield ["not", node, operand];
    }
    if (node.operator === SyntaxKind.PlusPlusToken) {
      yield ["sum", node, text.replace("++", "--")];
    }
    if (node.operator === SyntaxKind.MinusMinusToken) {
      yield ["sum", node, text.replace("--", "++")];
    }
  }
  if (node.kind === SyntaxKind.TrueKeyword) yield ["truth", node, "false"];
  if (node.kind === SyntaxKind.FalseKeyword) yield ["truth", node, "true"];
  if (ts.isNumericLiteral(node)) {
    const number = Number(node.getText().replaceAll("_", ""));
    const half = Number.isInteger(number) ? Math.floor(number / 2) : number / 2;
    yield ["number", node, `${number === 0 ? 1 : half}`];
  }
  if (ts.isBigIntLiteral(node)) {
    const number = BigInt(node.getText().replaceAll("_", "").slice(0, -1));
    yield ["number", node, `${number === 0n ? 1n : number / 2n}n`];
  }
  if (ts.isStringLiteralLike(node) && !isForPeople(node)) {
    yield ["text", node, node.text === "" ? '"other"' : '""'];
  }
  if (ts.isCallExpression(node) || ts.isNewExpression(node)) yield* faultsOfCall(node);
  if (ts.isObjectLiteralExpression(node)) {
    for (const one of node.properties) yield ["property", one, ""];
  }
}

function* faultsOfBinary(node: Node): Generator<[operator: string, at: Node, becomes: string]> {
  const sign = node.operatorToken.getText();
  const [operator, other] = SWAPPED[sign] ?? [];
  const joinsTexts = operator === "sum" && /["'`]/.test(node.getText());
  if (operator && !joinsTexts) yield [operator, node.operatorToken, other!];
  if (["&&", "||", "??"].includes(sign)) {
    yield ["operand", node, node.left.getText()];
    yield ["operand", node, node.right.getText()];
  }
}

function* faultsOfCall(node: Node): Generator<[operator: string, at: Node, becomes: string]> {
  const given = (node.arguments ?? []).map((one: Node) => one.getText());
  if (given.length === 0 || isForPeople(node.arguments[0])) return;
  const text = node.getText();
  const before = text.slice(0, node.arguments[0].getStart() - node.getStart());
  const after = text.slice(node.arguments.at(-1).getEnd() - node.getStart());
  yield ["argument", node, before + given.slice(0, -1).join(", ") + after];
  const [first, second, ...rest] = given;
  if (given.length > 1 && first !== second) {
    yield ["order", node, before + [second, first, ...rest].join(", ") + after];
  }
}

/** What a node asks before it goes on, if it does. */
function conditionOf(node: Node): Node | undefined {
  if (ts.isConditionalExpression(node) || ts.isForStatement(node)) return node.condition;
  if (ts.isIfStatement(node) || ts.isWhileStatement(node) || ts.isDoStatement(node)) {
    return node.expression;
  }
}

function negated(condition: Node): string {
  const isNegation = ts.isPrefixUnaryExpression(condition) &&
    condition.operator === ts.SyntaxKind.ExclamationToken;
  return isNegation ? condition.operand.getText() : `!(${condition.getText()})`;
}

/** Whether it's part of what an error or a warning says. */
function isForPeople(node: Node): boolean {
  for (let at = node; at && !ts.isStatement(at); at = at.parent) {
    const says = ts.isNewExpression(at) && /Error$/.test(at.expression.getText()) ||
      ts.isCallExpression(at) && /^(console\.\w+|(say|warn)\w*)$/.test(at.expression.getText());
    if (says) return true;
  }
  return false;
}

/** The first statement of a function that has more than one, and seems to return nothing. */
function firstStatement(node: Node): Node | undefined {
  if (!ts.isFunctionLike(node) || !node.body || !ts.isBlock(node.body)) return;
  if (ts.isGetAccessor(node)) return;
  const [first, second] = node.body.statements;
  return second && (!node.type || /\bvoid\b/.test(node.type.getText())) ? first : undefined;
}
