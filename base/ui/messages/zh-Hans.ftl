# 本语言的数字和日期写法。
number-group = ,
number-decimal = .
month-1 = 1月
month-2 = 2月
month-3 = 3月
month-4 = 4月
month-5 = 5月
month-6 = 6月
month-7 = 7月
month-8 = 8月
month-9 = 9月
month-10 = 10月
month-11 = 11月
month-12 = 12月
date-time = { $year }年{ $month }{ $day }日 { $time }
date-full = { $year }年{ $month }{ $day }日
date-day = { $month }{ $day }日
date-month = { $year }年{ $month }
age-now = 刚刚
age-seconds = { SHOW($n) }秒前
age-minutes = { SHOW($n) }分钟前
age-hours = { SHOW($n) }小时前
age-days = { SHOW($n) }天前
span-seconds = { SHOW($n) }秒
span-minutes = { SHOW($n) }分钟
span-hours = { SHOW($n) }小时
span-days = { SHOW($n) }天
value-yes = 是
value-no = 否
value-missing = 没有数值
quality-valid = 有效
quality-suspect = 存疑
quality-missing = 缺失
quality-estimated = 估算
quality-simulated = 模拟

# 每页的框架
product-name = Causeway
skip-link = 跳到正文
independent = 独立软件，不是官方网站。
independent-long = { $product } 是独立软件，不由任何政府或公共机构运营、批准或认可。
official-link = 官方服务：{ $name }
official-go = 前往{ $name }
nav-label = 主菜单
crumbs-label = 当前位置
languages-label = 语言
search-label = 搜索
search-hint = 地点、服务、数字、页面
search-go = 搜索
theme-label = 外观
theme-auto = 跟随设备
theme-light = 浅色
theme-dark = 深色
footer-who = 本站由谁运营
footer-run-by = 本站由{ $operator }运营。
footer-wrong = 发现问题？
footer-licences = 页面所用软件的许可条款
footer-design = 页面设计说明
footer-about = 关于
pause-label = 自动更新
pause-stop = 暂停更新
pause-go = 继续更新
pause-state-on = 正在自动更新
pause-state-off = 更新已暂停
pause-state-lost = 连接已断开，正在重试。
top-link = 回到顶部

# 模式
mode-live = 实时
mode-recording = 过往录制的数据
mode-recording-of = { $date }录制的数据
mode-simulated = 模拟
mode-live-note = 数值由数据来源发布后随即显示。
mode-recording-note = 这些数值录制于所示日期，现在回放，不代表目前情况。
mode-simulated-note = 这些数值由模拟程序虚构，用来演示页面如何运作，不代表任何真实地点或事件。
mode-simulated-clock = 模拟时间的流逝速度是现实的 { $speed } 倍；生成本页时，模拟时间为{ $time }。
mode-banner-label = 本页数字的性质

# 状态
status-good = 正常
status-notice = 注意
status-bad = 故障
status-unknown = 未知
status-off = 已停用
status-stale = 自{ $since }起没有新数值
status-old = 已过时
status-fresh = 已更新

# 数字格
tile-source = 来源
tile-owner = 负责方
tile-means = 这个数字的含义
tile-normal = 这个时段的通常范围：{ $low }至{ $high }
tile-little-history = 历史数据太少，无法说明通常范围
tile-recorded = 录制于{ $time }
tile-more = 历史数值和数据

# 图表
chart-table = 用表格显示数字
chart-time = 时间
chart-value = 数值
chart-quality = 质量
chart-none = 这段时间没有数值。
chart-summary = { $count ->
    [one] 只有一个数值：{ $low }。
   *[other] 共{ SHOW($count) }个数值。最低{ $low }（{ $lowtime }），最高{ $high }（{ $hightime }），最新{ $last }（{ $lasttime }）。
}
chart-gaps = 有{ SHOW($count) }段时间没有数值。
chart-series = 数列
chart-doubt = 估算或存疑
chart-band = 通常范围
table-empty = 没有可显示的数据。
table-shown = 显示{ $count }项中的{ $shown }项

# 地图
map-open = 打开地图
map-loading = 正在加载地图。
map-failed = 无法加载地图。列表中有相同的地点。
map-schematic = 示意地图，不可用于导航。
map-list = 用列表显示相同地点
map-label = 地图
map-zoom-in = 放大
map-zoom-out = 缩小
map-north = 向上移
map-south = 向下移
map-west = 向左移
map-east = 向右移
map-reset = 显示全部
map-locator = 所在位置
map-needs-script = 互动地图需要 JavaScript；没有它，下面的列表仍然完整。

# 表单
form-required = 必填
form-optional = 选填
form-error-title = 请检查以下答案
form-send = 提交
form-demonstration = 演示用途：请勿输入真实数据，请使用虚构人物。
