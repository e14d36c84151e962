# 本語言的數字和日期寫法。
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
age-now = 剛剛
age-seconds = { SHOW($n) }秒前
age-minutes = { SHOW($n) }分鐘前
age-hours = { SHOW($n) }小時前
age-days = { SHOW($n) }天前
span-seconds = { SHOW($n) }秒
span-minutes = { SHOW($n) }分鐘
span-hours = { SHOW($n) }小時
span-days = { SHOW($n) }天
value-yes = 是
value-no = 否
value-missing = 沒有數值
quality-valid = 有效
quality-suspect = 存疑
quality-missing = 欠缺
quality-estimated = 估算
quality-simulated = 模擬

# 每頁的框架
product-name = Causeway
skip-link = 跳至內容
independent = 獨立軟件，並非官方網站。
independent-long = { $product } 是獨立軟件，並非由任何政府或公共機構營運、核准或認可。
official-link = 官方服務：{ $name }
official-go = 前往{ $name }
nav-label = 主目錄
crumbs-label = 目前位置
languages-label = 語言
search-label = 搜尋
search-hint = 地方、服務、數字、網頁
search-go = 搜尋
theme-label = 顯示
theme-auto = 跟隨裝置
theme-light = 淺色
theme-dark = 深色
footer-who = 本站由誰營運
footer-run-by = 本站由{ $operator }營運。
footer-wrong = 發現錯漏？
footer-licences = 網頁所用軟件的授權條款
footer-design = 網頁設計說明
footer-about = 關於
pause-label = 自動更新
pause-stop = 暫停更新
pause-go = 恢復更新
pause-state-on = 正在自動更新
pause-state-off = 更新已暫停
pause-state-lost = 連線中斷，正在重試。
top-link = 返回頁首

# 模式
mode-live = 實時
mode-recording = 過往錄得的資料
mode-recording-of = { $date }錄得的資料
mode-simulated = 模擬
mode-live-note = 數值由資料來源發布後隨即顯示。
mode-recording-note = 這些數值在所示日期錄得，現正重播，並不反映目前情況。
mode-simulated-note = 這些數值由模擬程式虛構，用以示範網頁運作，並不反映任何真實地點或事件。
mode-simulated-clock = 模擬時間的流逝速度為現實的 { $speed } 倍；製作本頁時，模擬時間為{ $time }。
mode-banner-label = 本頁數字的性質

# 狀態
status-good = 正常
status-notice = 注意
status-bad = 故障
status-unknown = 未知
status-off = 已停用
status-stale = 自{ $since }起再無新數值
status-old = 已過時
status-fresh = 已更新

# 數字格
tile-source = 來源
tile-owner = 負責者
tile-means = 這個數字的意思
tile-normal = 這個時段的一般範圍：{ $low }至{ $high }
tile-little-history = 過往資料太少，未能說明一般範圍
tile-recorded = 錄於{ $time }
tile-more = 過往數值及數據

# 圖表
chart-table = 以表格顯示數字
chart-time = 時間
chart-value = 數值
chart-quality = 質素
chart-none = 這段期間沒有數值。
chart-summary = { $count ->
    [one] 只有一個數值：{ $low }。
   *[other] 共{ SHOW($count) }個數值。最低{ $low }（{ $lowtime }），最高{ $high }（{ $hightime }），最新{ $last }（{ $lasttime }）。
}
chart-gaps = 有{ SHOW($count) }段時間沒有數值。
chart-series = 數列
chart-doubt = 估算或存疑
chart-band = 一般範圍
table-empty = 沒有可顯示的資料。
table-shown = 顯示{ $count }項中的{ $shown }項

# 地圖
map-open = 開啟地圖
map-loading = 正在載入地圖。
map-failed = 未能載入地圖。列表載有相同地點。
map-schematic = 示意地圖，不可用作導航。
map-list = 以列表顯示相同地點
map-label = 地圖
map-zoom-in = 放大
map-zoom-out = 縮小
map-north = 向上移
map-south = 向下移
map-west = 向左移
map-east = 向右移
map-reset = 顯示全部
map-locator = 所在位置
map-needs-script = 互動地圖需要 JavaScript；沒有它，下面的列表仍然齊備。

# 申請表
form-required = 必須填寫
form-optional = 可以不填
form-error-title = 請檢查以下答案
form-send = 遞交
form-demonstration = 示範用途：請勿輸入真實資料，請使用虛構人物。
