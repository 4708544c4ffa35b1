package message

import (
	"encoding/binary"
	"errors"
)

// orderHeader is the length of the start's body in front of it.
const orderHeader = 4

// Order is what a supervisor is given through its pipe: the body of a start, and its context behind it.
func Order(body, context []byte) []byte {
	order := binary.BigEndian.AppendUint32(make([]byte, 0, orderHeader+len(body)+len(context)), uint32(len(body)))
	return append(append(order, body...), context...)
}

// ParseOrder is Order the other way round. The context is a part of what is given, and nil when there is none.
func ParseOrder(order []byte) (start Start, context []byte, err error) {
	if len(order) < orderHeader || int64(len(order)-orderHeader) < int64(binary.BigEndian.Uint32(order)) {
		return Start{}, nil, errors.New("the order is cut off")
	}
	end := orderHeader + int(binary.BigEndian.Uint32(order))
	start, err = ParseStart(order[orderHeader:end])
	// It holds secrets, which are the start's and the mask's now.
	clear(order[:end])
	if start.ContextStream != 0 {
		context = order[end:]
	}
	return start, context, err
}
