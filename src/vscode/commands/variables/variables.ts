import type { Handlers } from '../handler.ts';
import { rowOf, rowsOf } from '../handler.ts';
import type { AskDeps } from './ask-variable.ts';
import { copyVariableName, copyVariableValue } from './copy-variable.ts';
import { addVariable, deleteVariable, editVariable } from './edit-variable.ts';
import { showVariableHistory } from './variable-history.ts';
import { findVariableUses } from './variable-uses.ts';

type Names =
  | 'addVariable'
  | 'editVariable'
  | 'deleteVariable'
  | 'copyVariableName'
  | 'copyVariableValue'
  | 'showVariableHistory'
  | 'findVariableUses';

/** The commands for what scripts share. */
export function variableCommands(deps: AskDeps): Handlers<Names> {
  return {
    addVariable: (target) => addVariable(rowOf(target), deps),
    editVariable: (target, selected) => editVariable(rowsOf(target, selected), deps),
    deleteVariable: (target, selected) => deleteVariable(rowsOf(target, selected), deps),
    copyVariableName: (target, selected) => copyVariableName(rowsOf(target, selected)),
    copyVariableValue: (target, selected) => copyVariableValue(rowsOf(target, selected), deps),
    showVariableHistory: (target, selected) => showVariableHistory(rowsOf(target, selected), deps),
    findVariableUses: (target, selected) => findVariableUses(rowsOf(target, selected)),
  };
}
