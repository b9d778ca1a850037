package problem

import (
	"net/http"

	"gisd/spatial"
)

// statusClientGone is logged for a caller that went away; nobody reads it.
const statusClientGone = 499

// row is what one code means over HTTP.
type row struct {
	status int
	title  spatial.Text
	// detail stands where the error has no message of its own.
	detail spatial.Text
}

// codeMethod is HTTP's own and has no counterpart among the domain's codes.
const codeMethod spatial.Code = "method_not_allowed"

// table is the only place where codes meet HTTP.
var table = map[spatial.Code]row{
	spatial.CodeInvalid: {http.StatusBadRequest,
		spatial.Text{VI: "Yêu cầu không hợp lệ", EN: "Invalid request"},
		spatial.Text{VI: "Yêu cầu không đọc được.", EN: "The request cannot be understood."}},
	spatial.CodeUnauthenticated: {http.StatusUnauthorized,
		spatial.Text{VI: "Chưa đăng nhập", EN: "Not signed in"},
		spatial.Text{VI: "Hãy đăng nhập hoặc gửi một khoá API hợp lệ.", EN: "Sign in or send a valid API key."}},
	spatial.CodeForbidden: {http.StatusForbidden,
		spatial.Text{VI: "Không có quyền", EN: "Not allowed"},
		spatial.Text{VI: "Tài khoản này không được phép làm việc đó.", EN: "This account may not do that."}},
	spatial.CodeNotFound: {http.StatusNotFound,
		spatial.Text{VI: "Không tìm thấy", EN: "Not found"},
		spatial.Text{VI: "Không có gì ở địa chỉ này.", EN: "There is nothing at this address."}},
	codeMethod: {http.StatusMethodNotAllowed,
		spatial.Text{VI: "Phương thức không được hỗ trợ", EN: "Method not allowed"},
		spatial.Text{VI: "Địa chỉ này không nhận phương thức đó; xem tiêu đề Allow.", EN: "This address does not take that method; see the Allow header."}},
	spatial.CodeNotAcceptable: {http.StatusNotAcceptable,
		spatial.Text{VI: "Không có định dạng được yêu cầu", EN: "Not acceptable"},
		spatial.Text{VI: "Không có biểu diễn nào khớp với Accept.", EN: "No representation matches the Accept header."}},
	spatial.CodeGone: {http.StatusGone,
		spatial.Text{VI: "Không còn nữa", EN: "Gone"},
		spatial.Text{VI: "Thứ ở địa chỉ này không còn nữa.", EN: "What was at this address is no more."}},
	spatial.CodeConflict: {http.StatusConflict,
		spatial.Text{VI: "Xung đột", EN: "Conflict"},
		spatial.Text{VI: "Dữ liệu đã tồn tại hoặc đang được xử lý.", EN: "It exists already, or work on it is in progress."}},
	spatial.CodeStale: {http.StatusPreconditionFailed,
		spatial.Text{VI: "Dữ liệu đã thay đổi", EN: "Changed meanwhile"},
		spatial.Text{VI: "Dữ liệu đã được sửa sau khi bạn đọc; hãy đọc lại.", EN: "It was changed since you read it; read it again."}},
	spatial.CodeUnconditional: {http.StatusPreconditionRequired,
		spatial.Text{VI: "Phải nêu trạng thái đã biết", EN: "Precondition required"},
		spatial.Text{VI: "Hãy gửi If-Match với ETag của đối tượng.", EN: "Send If-Match with the ETag of the feature."}},
	spatial.CodeTooLarge: {http.StatusRequestEntityTooLarge,
		spatial.Text{VI: "Quá lớn", EN: "Too large"},
		spatial.Text{VI: "Nội dung vượt quá giới hạn.", EN: "The content is over the limit."}},
	spatial.CodeUnsupported: {http.StatusUnsupportedMediaType,
		spatial.Text{VI: "Định dạng không được hỗ trợ", EN: "Unsupported format"},
		spatial.Text{VI: "Không đọc được định dạng này.", EN: "This format is not read here."}},
	spatial.CodeTooManyRequests: {http.StatusTooManyRequests,
		spatial.Text{VI: "Quá nhiều yêu cầu", EN: "Too many requests"},
		spatial.Text{VI: "Hãy thử lại sau giây lát.", EN: "Try again in a moment."}},
	spatial.CodeCanceled: {statusClientGone,
		spatial.Text{VI: "Đã huỷ", EN: "Canceled"},
		spatial.Text{VI: "Yêu cầu đã bị huỷ.", EN: "The request was canceled."}},
	spatial.CodeInternal: {http.StatusInternalServerError,
		spatial.Text{VI: "Lỗi máy chủ", EN: "Server error"},
		spatial.Text{VI: "Máy chủ gặp lỗi. Hãy báo cho quản trị viên mã yêu cầu này.", EN: "The server failed. Tell the administrator this request id."}},
	spatial.CodeUnavailable: {http.StatusServiceUnavailable,
		spatial.Text{VI: "Tạm thời không phục vụ được", EN: "Temporarily unavailable"},
		spatial.Text{VI: "Một dịch vụ bên trong đang nghỉ hoặc quá tải; hãy thử lại.", EN: "Something behind this server is down or overloaded; try again."}},
	spatial.CodeTimeout: {http.StatusGatewayTimeout,
		spatial.Text{VI: "Hết thời gian chờ", EN: "Timed out"},
		spatial.Text{VI: "Yêu cầu mất quá nhiều thời gian; hãy thu hẹp phạm vi.", EN: "The request took too long; ask for less at once."}},
}

// Status returns the HTTP status of a code; an unknown one is 500.
func Status(code spatial.Code) int {
	return lookup(code).status
}

func lookup(code spatial.Code) row {
	if r, ok := table[code]; ok {
		return r
	}
	return table[spatial.CodeInternal]
}

// codeOfStatus names the code for the errors that echo raises itself.
func codeOfStatus(status int) spatial.Code {
	switch status {
	case http.StatusMethodNotAllowed:
		return codeMethod
	case http.StatusUnprocessableEntity:
		return spatial.CodeInvalid
	}
	for code, r := range table {
		if r.status == status {
			return code
		}
	}
	if status >= 400 && status < 500 {
		return spatial.CodeInvalid
	}
	return spatial.CodeInternal
}
